#include "domain/order_tracking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monitora {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

OrderMapping mapping() {
  OrderMapping made;
  made.table = "public.orders";
  made.number_column = "ref";
  made.date_column = "made_on";
  made.status_column = "state";
  made.promised_column = "promised_on";
  made.delivered_column = "delivered_on";
  made.total_column = "total";
  made.currency = "EUR";
  made.owner_column = "email";
  made.customers = {"customers", "id", "customer_id"};
  made.statuses = {{"sent", {"Expédiée", "Shipped"}, OrderState::open},
                   {"gone", {"Annulée", "Cancelled"}, OrderState::cancelled}};
  made.number_type = made.owner_type = "text";
  return made;
}

ExternalRows rows(std::vector<ExternalValue> values) {
  ExternalRows made;
  made.columns = {"order_owner",   "order_number",   "order_date", "order_status",
                  "promised_date", "delivered_date", "order_total"};
  made.rows.push_back(std::move(values));
  return made;
}

std::vector<Order> read(const ExternalRows& found, const std::string& owner = "zoe@example.com") {
  return read_orders(mapping(), found, owner, *TimeZone::find("Europe/Paris"),
                     *parse_day("2026-11-23"));
}

Order one(ExternalValue state, ExternalValue promised, ExternalValue delivered) {
  const auto found = read(rows({"zoe@example.com", "A1", "2026-11-01 23:30:00", std::move(state),
                                std::move(promised), std::move(delivered), 59.9}));
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? Order() : found[0];
}

TEST(Orders, TheOwnerIsInEveryStatement) {
  OrderMapping made = mapping();
  made.items = {"lines", "order_id", "id", "name", ""};
  for (const ExternalEngine engine :
       {ExternalEngine::postgres, ExternalEngine::mysql, ExternalEngine::sqlserver})
    for (const auto& query : {orders_query(engine, made, "Zoe@x.fr", {}),
                              orders_query(engine, made, "Zoe@x.fr", {"a1' OR 1=1 --"}),
                              items_query(engine, made, "Zoe@x.fr", "a1")}) {
      ASSERT_TRUE(query);
      EXPECT_THAT(query->sql,
                  HasSubstr(engine == ExternalEngine::postgres ? " WHERE (c." : " WHERE c."));
      EXPECT_THAT(query->sql, HasSubstr(" IN (:owner0, :owner1)"));
      EXPECT_EQ(query->sql.find("OR 1=1"), std::string::npos);
      EXPECT_EQ(query->parameters.at("owner1"), ExternalValue("zoe@x.fr"));
    }
  EXPECT_THAT(orders_query(ExternalEngine::postgres, made, "zoe@x.fr", {"a1"})->sql,
              HasSubstr(R"(IN (:owner0) OR LOWER(c."email") = :owner0) AND )"));
  made.owner_claim = OrderMapping::Claim::sub;
  EXPECT_THAT(orders_query(ExternalEngine::postgres, made, "Zoe", {})->sql, Not(HasSubstr("LOWER")))
      << "a customer's id is what it is";
  made.number_column = "a\"b`c]d";
  EXPECT_THAT(orders_query(ExternalEngine::postgres, made, "z", {})->sql,
              HasSubstr(R"("a""b`c]d")"));
  EXPECT_THAT(orders_query(ExternalEngine::mysql, made, "z", {})->sql, HasSubstr("`a\"b``c]d`"));
  EXPECT_THAT(orders_query(ExternalEngine::sqlserver, made, "z", {})->sql,
              HasSubstr("[a\"b`c]]d]"));
}

TEST(Orders, WhatAColumnCannotHoldIsNotAsked) {
  OrderMapping made = mapping();
  made.number_type = "int(11) unsigned";
  EXPECT_FALSE(orders_query(ExternalEngine::mysql, made, "z", {"A1", "007", "1.0", ""}));
  const auto asked = orders_query(ExternalEngine::mysql, made, "z", {"A1", "7"});
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->parameters.at("number0"), ExternalValue(std::int64_t{7}));
  made.owner_claim = OrderMapping::Claim::sub;
  made.owner_type = "bigint";
  for (const char* owner : {"7abc", " 7", "07", "+7", "", "99999999999999999999"})
    EXPECT_FALSE(orders_query(ExternalEngine::mysql, made, owner, {})) << owner;
  made.owner_type = "uuid";
  EXPECT_FALSE(orders_query(ExternalEngine::postgres, made, "7", {}));
  EXPECT_FALSE(orders_query(ExternalEngine::postgres, made, std::string(400, 'a'), {}));
}

TEST(Orders, ARowOfSomebodyElseIsLeftOut) {
  const auto of = [](ExternalValue owner) {
    return read(rows({std::move(owner), "A1", nullptr, nullptr, nullptr, nullptr, nullptr})).size();
  };
  EXPECT_EQ(of("zoe@example.com"), 1u);
  EXPECT_EQ(of("ZOE@example.com   "), 1u) << "CHAR(n)";
  for (const char* other : {"zoé@example.com", "zoe@example.co", "", " ", "%"})
    EXPECT_EQ(of(other), 0u) << other;
  EXPECT_EQ(of(nullptr), 0u);
  EXPECT_EQ(of(true), 0u);
}

TEST(Orders, LateSlightlyLateAndOnTime) {
  EXPECT_EQ(one("sent", "2026-11-23", nullptr).timing, OrderTiming::on_time);
  EXPECT_EQ(one("sent", "2026-11-21", nullptr).timing, OrderTiming::slightly_late);
  EXPECT_EQ(one("sent", "2026-11-20", nullptr).timing, OrderTiming::late);
  EXPECT_EQ(one("sent", "2026-11-20", nullptr).days_late, 3);
  EXPECT_EQ(one("gone", "2026-11-20", nullptr).timing, OrderTiming::unknown);
  EXPECT_EQ(one("sent", nullptr, nullptr).timing, OrderTiming::unknown);
  EXPECT_EQ(one("sent", "0000-00-00", nullptr).timing, OrderTiming::unknown);
  const Order delivered = one("sent", "2026-11-05", "2026-11-06 10:00:00");
  EXPECT_EQ(delivered.state, OrderState::delivered);
  EXPECT_EQ(delivered.timing, OrderTiming::slightly_late);
  // 23:30 UTC is the next day in Paris; without an offset it is the shop's own clock.
  EXPECT_EQ(format_day(*one("sent", "2026-11-20 23:30:00+00", nullptr).expected), "2026-11-21");
  EXPECT_EQ(format_day(*one("sent", "2026-11-20 23:30:00.000 +01:00", nullptr).expected),
            "2026-11-20");
  EXPECT_EQ(format_day(*one("sent", nullptr, nullptr).ordered), "2026-11-01");
}

TEST(Orders, AreToldInBothLanguages) {
  const Sentence late = orders_answer({one("sent", "2026-11-20", nullptr)});
  EXPECT_EQ(late.fr,
            "Votre commande A1 du 1er novembre 2026 : Expédiée, livraison prévue le 20 novembre "
            "2026 : elle est en retard de 3 jours, nous en sommes désolés. Total : 59,90 EUR.");
  EXPECT_EQ(late.en,
            "Your order A1 of 1 November 2026: Shipped, expected on 20 November 2026: it is 3 days "
            "late, we are sorry. Total: 59.90 EUR.");
  const Sentence several =
      orders_answer({one("gone", nullptr, nullptr), one("autre", "2026-11-22", nullptr)});
  EXPECT_THAT(several.fr, HasSubstr("\n- A1 du 1er novembre 2026 : Annulée."));
  EXPECT_THAT(several.en, HasSubstr(": autre, expected on 22 November 2026: it is slightly late "
                                    "(1 day)."));
}

}  // namespace
}  // namespace monitora
