// A user's program: includes the headers, links the compiled part.
#include <cstdio>
#include <string>

#include "barograph/core/bytes.hpp"
#include "barograph/kernels.hpp"

int main() {
  barograph::byte_writer w(barograph::state_kind::moments);
  w.varint(3);
  const std::string frame = w.finish();
  barograph::byte_reader r(frame, barograph::state_kind::moments);
  std::printf("%s %s\n", BAROGRAPH_VERSION, barograph::kernels::isa());
  return r.varint() == 3 ? 0 : 1;
}
