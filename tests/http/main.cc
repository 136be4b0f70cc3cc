// The scenarios on one kind of database: MONITORA_TEST_DATABASE=sqlite (also without it), postgres
// or sqlserver. 77, which ctest shows as skipped, where its server is not there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "contract/database_under_test.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const char* named = std::getenv("MONITORA_TEST_DATABASE");
  const std::string kind = named == nullptr ? "sqlite" : named;
  bool there = false;
  for (const auto& each : monitora::contract::databases_under_test())
    there = there || each.name.starts_with(kind);
  if (!there) {
    std::cout << kind << ": no server, nothing is tested\n";
    return 77;
  }
  const int failed = RUN_ALL_TESTS();
  if (kind == "sqlserver")
    std::cout << "sqlserver: " << ::testing::UnitTest::GetInstance()->test_to_run_count()
              << " tests ran\n";
  return failed;
}
