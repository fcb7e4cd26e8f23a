#include "barograph/formats/url_template.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("the path of a target is without scheme, host, query, fragment and session") {
  CHECK(path_of("/a/b?q=/c#d") == "/a/b");
  CHECK(path_of("http://host:80/a?b") == "/a");
  CHECK(path_of("https://host") == "/");
  CHECK(path_of("https://host?q=1/2") == "/");
  CHECK(path_of("/a;jsessionid=1F/b") == "/a");
  CHECK(path_of("/go?to=http://x/y") == "/go");
  CHECK(path_of("/go/http://x/y") == "/go/http://x/y");
  CHECK(path_of("*") == "*");
  CHECK(path_of("").empty());
  CHECK(path_of("?").empty());
}

TEST_CASE("each rule, and its nearest miss") {
  const auto is = [](const char* target, const char* expected) {
    INFO(target);
    CHECK(template_path(target) == expected);
  };
  is("/users/123/orders/9f8e2d0a5b7c4e1f?q=1", "/users/{id}/orders/{hash}");
  is("/0/00/-1/1a", "/{id}/{id}/-1/1a");
  is("/2015/05/17/x", "/{date}/x");
  is("/2015/05", "/{date}");
  is("/2015/13/x", "/{id}/{id}/x");
  is("/1899/05", "/{id}/{id}");
  is("/2015/05/32", "/{date}/{id}");
  is("/2015-05-17", "/{date}");
  is("/20150517", "/{date}");
  is("/20151317", "/{id}");
  is("/2015-13-17", "/2015-13-17");
  is("/f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "/{uuid}");  // RFC 9562's namesake example of RFC 4122
  is("/F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "/{uuid}");
  is("/f81d4fae-7dec-11d0-a765-00a0c91e6bf", "/f81d4fae-7dec-11d0-a765-00a0c91e6bf");
  is("/abcdef012345", "/{hash}");
  is("/abcdef01234", "/abcdef01234");    // eleven
  is("/abcdefabcdef", "/abcdefabcdef");  // no digit
  is("/aB3-_aB3-_aB3-_aB3-_aB3-", "/{hash}");
  is("/getCustomerOrderHistory2", "/{hash}");  // 24 with all three kinds
  is("/get-customer-order-history-2", "/get-customer-order-history-2");
  is("/me@example.org", "/{email}");
  is("/me%40example.org", "/{email}");
  is("/@name/a@b", "/@name/a@b");
  is("/12345.json", "/{id}.json");
  is("/12345.png", "/12345.png");
  is("/12345.PNG", "/12345.PNG");
  is("/12345.toolong", "/12345.toolong");
  is("/.json", "/.json");
  is("//a///7/", "//a///{id}/");
  is("/", "/");
  is("", "");
}

TEST_CASE("applying it twice gives what applying it once gives") {
  CHECK(template_path("123456789.ab://x/y") == "{id}.ab://x/y");
  const char* const pieces[] = {"/",
                                "/",
                                "//",
                                "2015",
                                "05",
                                "17",
                                "://",
                                ":",
                                "http",
                                ".",
                                "@",
                                "%40",
                                "abc123abc123",
                                "2015-05-17",
                                ";jsessionid=",
                                "?",
                                "#",
                                ".js",
                                ".jso",
                                "1",
                                "{id}",
                                "{date}",
                                "x",
                                "-",
                                "12345",
                                "A"};
  std::uint64_t state = 3;
  const auto next = [&state](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  for (int i = 0; i < 200000; ++i) {
    std::string target;
    for (std::uint64_t k = 1 + next(9); k > 0; --k) target += pieces[next(std::size(pieces))];
    const std::string once = template_path(target);
    if (template_path(once) != once) FAIL(target << " -> " << once << " -> " << template_path(once));
  }
}
