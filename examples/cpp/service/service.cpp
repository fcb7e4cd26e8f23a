// A small HTTP service that watches itself: every request is recorded, and three pages tell what was seen.
//
//   /work      answers after the work of a request; /work?ms=20 takes longer, /work?fail=1 fails
//   /metrics   OpenMetrics text, a histogram and an error counter by route
//   /health    the health score of the last minute with its ledger, as JSON
//   /anomalies windows of which the latency stands out from those before, as JSON
//
//   example_service [PORT]           serves until it is stopped; port 8080 unless given
//   example_service --self-test      serves on a free port, drives itself with a load, checks, ends
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>

#include "barograph/baseline/rolling_stream.hpp"
#include "barograph/formats/classic_histogram.hpp"
#include "barograph/formats/histogram_families.hpp"
#include "barograph/formats/open_metrics.hpp"
#include "barograph/formats/otlp_json.hpp"
#include "barograph/record/recorder_family.hpp"
#include "barograph/record/windows.hpp"
#include "barograph/slo/health.hpp"

namespace bg = barograph;
using std::chrono::steady_clock;

namespace {

/// A number of JSON: NaN is null there.
std::string json(double x) { return std::isfinite(x) ? bg::decimal(x) : "null"; }

/// Everything the service knows of itself.
class observed_service {
 public:
  explicit observed_service(std::chrono::nanoseconds window = std::chrono::seconds(10))
      : windows_(all_, {std::chrono::minutes(1), window}), period_(window) {}

  void route(httplib::Server& server) {
    bg::latency_recorder& work = by_route_.with({"/work"});  // looked up once, kept for good
    server.Get("/work", [this, &work](const httplib::Request& request, httplib::Response& response) {
      auto all = all_.time();
      auto own = work.time();
      const int ms = std::atoi(request.get_param_value("ms").c_str());
      std::this_thread::sleep_for(std::chrono::milliseconds(std::clamp(ms, 0, 1000)));
      if (request.has_param("fail")) {
        all.fail();
        own.fail();
        response.status = 500;
      }
      response.set_content("done\n", "text/plain");
    });
    server.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics(), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    });
    server.Get("/health", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(health(), "application/json");
    });
    server.Get("/anomalies", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(anomalies(), "application/json");
    });
  }

  /// Closes a window: call it once a period, from one thread.
  void tick(steady_clock::time_point now) {
    const std::lock_guard<std::mutex> guard(lock_);
    windows_.tick(now);
    const bool first = begin_ == steady_clock::time_point();
    if (!first && now - begin_ < period_) return;
    const bg::latency_counts total = windows_.total();
    if (!first) {
      last_ = total.since(before_).summary().p50();
      usual_ = baseline_.update(last_);
      ++windows_closed_;
    }
    before_ = total;
    begin_ = now;
  }

  std::string metrics() const {
    std::vector<bg::classic_histogram> histograms;
    bg::metric_family errors;
    errors.name = "service_errors";
    errors.type = "counter";
    for (const auto* series : by_route_.all()) {
      const bg::latency_summary s = series->recorder.snapshot();
      bg::classic_histogram h = bg::to_classic(s.latencies(), bounds(), s.latency_moments().sum()).histogram;
      h.labels = {{"route", series->labels[0]}};
      errors.samples.push_back({"service_errors_total", h.labels, static_cast<double>(s.errors()), {}, {}});
      histograms.push_back(std::move(h));
    }
    const std::vector<bg::metric_family> families{
        bg::histogram_family("service_latency_milliseconds", histograms, "milliseconds", "Time to answer"),
        errors};
    return bg::write_open_metrics(families);
  }

  /// The score of the last minute; why it is not 100 stands in the ledger.
  std::string health() const {
    const std::lock_guard<std::mutex> guard(lock_);
    const bg::recorder_window minute = windows_[0];
    const bg::latency_summary s = minute.summary();
    bg::health_inputs in;
    in.latency = s.mean();
    in.error_rate = s.error_rate();
    in.apdex = s.apdex_score();
    const bg::health h = bg::health_score(in);
    std::string text = "{\"score\":" + json(h.score) + ",\"status\":\"" + h.status +
                       "\",\"requests\":" + std::to_string(s.count()) +
                       ",\"throughput\":" + json(minute.throughput()) + ",\"p99\":" + json(s.p99()) +
                       ",\"ledger\":[";
    for (std::size_t i = 0; i < h.ledger.size(); ++i) {
      const bg::ledger_entry& e = h.ledger[i];
      text += std::string(i == 0 ? "" : ",") + "{\"what\":\"" + e.what + "\",\"value\":" + json(e.value) +
              ",\"limit\":" + json(e.limit) + ",\"points\":" + json(e.points) + '}';
    }
    return text + "]}\n";
  }

  /// The newest closed window against the 60 before it: how far its median latency is from theirs, in scales
  /// (1.4826 MAD, at least a tenth of the median), an anomaly from 3.5 on (Iglewicz, Hoaglin, 1993).
  std::string anomalies() const {
    const std::lock_guard<std::mutex> guard(lock_);
    const double score =
        bg::baseline::score_of(last_, usual_.expected, std::max(usual_.scale, 0.1 * usual_.expected));
    return "{\"windows\":" + std::to_string(windows_closed_) + ",\"p50\":" + json(last_) +
           ",\"baseline\":" + json(usual_.expected) + ",\"score\":" + json(score) +
           ",\"is_anomaly\":" + (score > 3.5 ? "true" : "false") + "}\n";
  }

 private:
  /// Milliseconds: the same for the life of a series, as whoever scrapes them expects. The counts at powers
  /// of two and at the limits of the Apdex are exact.
  static std::vector<double> bounds() {
    return {1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 512, 1024, 2000, 2048, 4096, 8192};
  }

  bg::latency_recorder all_;
  bg::recorder_family by_route_{{"route"}};
  mutable std::mutex lock_;  // of what follows; recording needs none
  bg::recorder_windows windows_;
  std::chrono::nanoseconds period_;
  /// Of the median latency of closed windows; nothing is expected before the fourth.
  bg::baseline::rolling_stream baseline_ = bg::baseline::rolling_stream::by_count(60, {}, /*min_periods=*/3);
  bg::baseline::expectation usual_;  ///< what was expected of the newest closed window
  double last_ = std::numeric_limits<double>::quiet_NaN();
  std::size_t windows_closed_ = 0;
  bg::latency_counts before_;
  steady_clock::time_point begin_;
};

int failures = 0;
void check(bool fine, const char* what, const std::string& seen) {
  if (fine) return;
  ++failures;
  std::printf("NOT SO: %s; seen:\n%s\n", what, seen.c_str());
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Quiet windows, then a slow one with errors: what the pages must say follows from the load alone. Windows
/// are closed by this thread, at times of its own making, so that nothing depends on how fast it runs.
int self_test() {
  observed_service service(std::chrono::seconds(1));
  httplib::Server server;
  service.route(server);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0) {
    std::printf("no free port on 127.0.0.1\n");
    return 1;
  }
  std::thread listener([&] { server.listen_after_bind(); });
  const auto get = [&](const char* path) {
    httplib::Client client("127.0.0.1", port);
    client.set_read_timeout(60);
    const auto answer = client.Get(path);
    return answer ? answer->body : std::string();
  };
  const auto load = [&](const char* path, int requests) {
    std::vector<std::thread> clients;
    for (int c = 0; c < 2; ++c)
      clients.emplace_back([&] {
        for (int i = 0; i < requests / 2; ++i) get(path);
      });
    for (std::thread& c : clients) c.join();
  };

  steady_clock::time_point now = steady_clock::now();
  service.tick(now);
  for (int window = 0; window < 5; ++window) {
    load("/work?ms=2", 8);
    service.tick(now += std::chrono::seconds(1));
  }
  check(has(get("/anomalies"), "\"windows\":5"), "five windows are closed", get("/anomalies"));
  load("/work?ms=900", 6);
  load("/work?ms=900&fail=1", 4);
  service.tick(now += std::chrono::seconds(1));

  const std::string anomalies = get("/anomalies");
  check(has(anomalies, "\"is_anomaly\":true"), "the slow window stands out", anomalies);
  const std::string health = get("/health");
  check(has(health, "\"requests\":50"), "the last minute has every request", health);
  check(has(health, "\"what\":\"error_rate\",\"value\":0.08"), "4 of 50 failed", health);
  const std::string metrics = get("/metrics");
  try {
    const auto families = bg::read_open_metrics(metrics);
    const auto histograms = bg::histograms_of(families.at(0));
    const bg::quantile_histogram h = bg::from_classic(histograms.at(0));
    check(h.count() == 50, "the histogram has every request", metrics);
    check(*histograms.at(0).sum >= 10 * 900, "the sum holds the slow requests", metrics);
    check(has(metrics, "service_errors_total{route=\"/work\"} 4"), "errors are counted", metrics);
  } catch (const bg::error& e) {
    check(false, e.what(), metrics);
  }
  server.stop();
  listener.join();
  std::printf("%s", metrics.c_str());
  if (failures == 0) std::printf("50 requests served, 4 failed, the slow window found\n");
  return failures == 0 ? 0 : 1;
}

int serve(int port) {
  observed_service service;
  httplib::Server server;
  service.route(server);
  server.set_socket_options([](socket_t socket) {  // httplib's own would share a port that is taken
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  if (!server.bind_to_port("127.0.0.1", port)) {
    std::fprintf(stderr, "port: %d given, which is taken or not allowed\n", port);
    return 1;
  }
  std::thread clock([&] {
    for (;;) {
      service.tick(steady_clock::now());
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  });
  clock.detach();
  std::printf("http://127.0.0.1:%d/work /metrics /health /anomalies\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "8080";
  if (what == "--self-test") return self_test();
  const int port = std::atoi(what.c_str());
  if (port <= 0 || port > 65535) {
    std::fprintf(stderr, "port: %s given, expected 1 to 65535\n", what.c_str());
    return 2;
  }
  return serve(port);
}
