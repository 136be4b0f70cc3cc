// shop_script postgres|mysql|sqlserver [ORDERS]: the generated shop as SQL, a statement a line.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "external/shop_data_test.h"

int main(int argc, char** argv) {
  using namespace monitora;
  const auto engine = parse_external_engine(argc > 1 ? argv[1] : "");
  if (!engine) return 2;
  external::ShopSize size;
  if (argc > 2) size.orders = std::atoi(argv[2]);
  const external::ShopFigures figures = external::make_shop(
      *engine, size, [](const std::string& script) { fmt::print("{};\n", script); });
  fmt::print(stderr, "{} customers, {} orders, {} lines, {} delivered late\n", figures.customers,
             figures.orders, figures.lines, figures.late);
}
