// The shop that the tests of this room ask: what of it may be read, and sets of statements.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "domain/external_database.h"
#include "external/shop_data_test.h"
#include "ports/external_data.h"

namespace monitora::external {

inline constexpr ExternalEngine kEngines[] = {ExternalEngine::postgres, ExternalEngine::mysql,
                                              ExternalEngine::sqlserver};

inline std::string shop_schema(ExternalEngine engine) {
  return engine == ExternalEngine::postgres ? "public"
         : engine == ExternalEngine::mysql  ? "shop"
                                            : "dbo";
}

inline std::vector<ExternalTable> shop_tables(ExternalEngine engine) {
  const auto table = [&](std::string name, std::initializer_list<const char*> columns) {
    ExternalTable made;
    made.schema = shop_schema(engine);
    made.name = std::move(name);
    for (const char* each : columns) {
      ExternalColumn column;
      column.name = each;
      made.columns.push_back(column);
    }
    return made;
  };
  return {table("customers", {"id", "name", "email", "city", "country", "created_at"}),
          table("products", {"id", "name", "category", "price", "stock"}),
          table("orders", {"id", "customer_id", "status", "total", "created_at", "shipped_at"}),
          table("order_items", {"order_id", "product_id", "quantity", "unit_price"}),
          table("users", {"id", "login", "password_hash"})};
}

// Of the customers not their e-mail, of the users nothing.
inline std::vector<ExternalTable> readable_shop_tables(ExternalEngine engine) {
  return only_allowed(shop_tables(engine), {"customers (id, name, city, country, created_at)",
                                            "products", "orders", "order_items"});
}

// testdata/<kind>_<engine>.txt: a statement a line, ⏎ for a line's end in it, ␀ for NUL.
inline std::vector<std::string> statements(const std::string& kind, ExternalEngine engine) {
  std::ifstream file("src/external/testdata/" + kind + "_" + std::string(to_string(engine)) +
                     ".txt");
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line);) {
    for (const auto& [sign, text] :
         {std::pair<std::string, std::string>{"⏎", "\n"}, {"␀", std::string(1, '\0')}})
      for (std::size_t at = 0; (at = line.find(sign, at)) != std::string::npos; at += text.size())
        line.replace(at, sign.size(), text);
    all.push_back(line);
  }
  return all;
}

// What is read of a generated shop is what was generated.
inline void expect_figures(ExternalData& data, const ExternalLogin& login,
                           const ShopFigures& figures) {
  const auto number = [&](std::string_view sql) {
    const auto answer = data.query(login, sql);
    EXPECT_TRUE(answer.ok()) << sql << "\n" << answer.status().to_string();
    const bool one = answer.ok() && answer->rows.rows.size() == 1;
    const auto* value = one ? std::get_if<std::int64_t>(&answer->rows.rows[0][0]) : nullptr;
    return value != nullptr ? *value : -1;
  };
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM orders"), figures.orders);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM order_items"), figures.lines);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM orders WHERE delivered_at > promised_at"),
            figures.late);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM orders WHERE delivered_at IS NOT NULL"),
            figures.delivered);
  EXPECT_EQ(number(login.database.engine == ExternalEngine::mysql
                       ? "SELECT CAST(SUM(total * 100) AS SIGNED) AS n FROM orders"
                       : "SELECT CAST(SUM(total * 100) AS BIGINT) AS n FROM orders"),
            figures.cents);
}

}  // namespace monitora::external
