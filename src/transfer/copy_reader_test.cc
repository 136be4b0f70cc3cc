// Pure: rows and values of COPY's binary format, made by hand.
#include "transfer/copy_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "transfer/copy_numbers.h"

namespace monitora::transfer {
namespace {

template <class Number>
std::string be(Number number) {
  std::string out;
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::make_unsigned_t<Number>>(number) >> shift);
  return out;
}
std::string be(float number) {
  return be(std::bit_cast<std::uint32_t>(number));
}
std::string be(double number) {
  return be(std::bit_cast<std::uint64_t>(number));
}
std::string field(const std::string& bytes) {
  return be(static_cast<std::int32_t>(bytes.size())) + bytes;
}
const std::string kNull = be(std::int32_t{-1});
const std::string kHeader = std::string("PGCOPY\n\377\r\n\0", 11) + be(std::int64_t{0});
const std::string kEnd = be(std::int16_t{-1});

std::string row(std::initializer_list<std::string> fields) {
  std::string out = be(static_cast<std::int16_t>(fields.size()));
  for (const std::string& each : fields) out += each;
  return out;
}

struct Seen {
  std::vector<std::vector<std::string>> rows;
  CopyStream::EachFields each() {
    return [this](std::span<const CopyField> fields) {
      rows.emplace_back();
      for (const CopyField& each : fields)
        rows.back().emplace_back(each.null ? "NULL" : std::string(each.bytes));
      return Status();
    };
  }
};

TEST(CopyStream, CutsRowsWhereverMessagesEnd) {
  const std::string stream =
      kHeader + row({field("a"), kNull}) + row({field(""), field("héé")}) + kEnd;
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    CopyStream copy(2);
    Seen seen;
    for (std::size_t at = 0; at < stream.size(); at += size)
      ASSERT_TRUE(copy.feed(stream.substr(at, size), seen.each()).ok());
    EXPECT_TRUE(copy.finish().ok());
    EXPECT_EQ(seen.rows, (std::vector<std::vector<std::string>>{{"a", "NULL"}, {"", "héé"}}))
        << size;
  }
}

TEST(CopyStream, RefusesWhatIsNotTheFormat) {
  const auto feed = [](const std::string& stream, std::size_t columns) {
    CopyStream copy(columns);
    Seen seen;
    const Status status = copy.feed(stream, seen.each());
    return status.ok() ? copy.finish() : status;
  };
  EXPECT_EQ(feed(kHeader + kEnd, 1).code(), Code::ok);
  EXPECT_EQ(feed("PGCOPY\n\377\r\r\n" + be(std::int64_t{0}), 1).code(), Code::internal);
  EXPECT_EQ(feed(kHeader + row({field("a")}) + kEnd, 2).code(), Code::internal);  // columns
  EXPECT_EQ(feed(kHeader + be(std::int16_t{1}) + be(std::int32_t{-2}), 1).code(), Code::internal);
  EXPECT_EQ(feed(kHeader + row({field("a")}), 1).code(), Code::internal);  // no end
  EXPECT_EQ(feed(kHeader + kEnd + "x", 1).code(), Code::internal);         // behind the end
}

// One value through read_value.
struct One {
  Rule rule;
  sql::Param value;
  std::string scratch;
};
One read(Column column, Wire wire, std::string_view bytes) {
  One one;
  one.rule = read_value(column, wire, bytes, one.scratch, one.value);
  return one;
}
template <class T>
T get(const One& one) {
  EXPECT_EQ(one.rule, "");
  return std::get<T>(one.value);
}

TEST(CopyValues, Numbers) {
  const Column real{"r", Kind::real}, small{"i", Kind::integer, false, 2},
      large{"i", Kind::integer, false, 8};
  EXPECT_EQ(get<double>(read(real, Wire::float8, be(0.1))), 0.1);
  EXPECT_EQ(get<double>(read(real, Wire::float4, be(0.1F))), static_cast<double>(0.1F));
  EXPECT_TRUE(std::signbit(get<double>(read(real, Wire::float8, be(-0.0)))));
  EXPECT_EQ(read(real, Wire::float8, be(std::nan(""))).rule, rule::not_a_number);
  EXPECT_EQ(read(real, Wire::float4, be(std::numeric_limits<float>::infinity())).rule,
            rule::not_a_number);
  // numeric: 12345.6789, −0.0001, 1e400, NaN
  const auto numeric = [](std::vector<int> digits, int weight, int sign) {
    std::string out = be(static_cast<std::int16_t>(digits.size())) +
                      be(static_cast<std::int16_t>(weight)) + be(static_cast<std::int16_t>(sign)) +
                      be(std::int16_t{0});
    for (int digit : digits) out += be(static_cast<std::int16_t>(digit));
    return out;
  };
  EXPECT_EQ(get<double>(read(real, Wire::numeric, numeric({1, 2345, 6789}, 1, 0))), 12345.6789);
  EXPECT_EQ(get<double>(read(real, Wire::numeric, numeric({1}, -1, 0x4000))), -0.0001);
  EXPECT_EQ(get<double>(read(real, Wire::numeric, numeric({}, 0, 0))), 0);
  EXPECT_EQ(read(real, Wire::numeric, numeric({1}, 100, 0)).rule, rule::out_of_range);
  EXPECT_EQ(read(real, Wire::numeric, numeric({}, 0, 0xC000)).rule, rule::not_a_number);
  EXPECT_EQ(
      get<std::int64_t>(read(large, Wire::numeric, numeric({922, 3372, 368, 5477, 5807}, 4, 0))),
      std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read(large, Wire::numeric, numeric({922, 3372, 368, 5477, 5808}, 4, 0)).rule,
            rule::out_of_range);
  EXPECT_EQ(get<std::int64_t>(read(large, Wire::numeric, numeric({5}, 1, 0x4000))), -50000);
  EXPECT_EQ(read(large, Wire::numeric, numeric({5, 5000}, 0, 0)).rule, rule::out_of_range);  // 5.5
  EXPECT_EQ(get<std::int64_t>(read(small, Wire::int8, be(std::int64_t{-32768}))), -32768);
  EXPECT_EQ(read(small, Wire::int8, be(std::int64_t{32768})).rule, rule::out_of_range);
  EXPECT_EQ(get<std::int64_t>(read(large, Wire::text, "42")), 42);
  EXPECT_EQ(read(large, Wire::text, "42 ").rule, rule::not_a_number);
  EXPECT_EQ(get<bool>(read({"b", Kind::boolean}, Wire::int4, be(std::int32_t{1}))), true);
  EXPECT_EQ(read({"b", Kind::boolean}, Wire::int4, be(std::int32_t{2})).rule, rule::not_a_boolean);
}

TEST(CopyValues, Times) {
  const Column column{"t", Kind::time};
  const auto at = [&](std::int64_t microseconds) {
    return read(column, Wire::timestamp, be(microseconds));
  };
  EXPECT_EQ(format_time(get<Time>(at(1))), "2000-01-01T00:00:00.000001Z");
  EXPECT_EQ(format_time(get<Time>(at(-63082281600000000))), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(at(-63082281600000001).rule, rule::time_out_of_range);
  EXPECT_EQ(format_time(get<Time>(at(252455615999999999))), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(at(252455616000000000).rule, rule::time_out_of_range);
  EXPECT_EQ(at(std::numeric_limits<std::int64_t>::max()).rule, rule::infinite_time);
  EXPECT_EQ(at(std::numeric_limits<std::int64_t>::min()).rule, rule::infinite_time);
  const One date = read({"d", Kind::date}, Wire::date, be(std::int32_t{8766}));
  EXPECT_EQ(get<std::string_view>(date), "2024-01-01");
  EXPECT_EQ(read({"d", Kind::date}, Wire::date, be(std::int32_t{2145031948})).rule,  // 5874897
            rule::time_out_of_range);
}

TEST(CopyValues, Texts) {
  const Column column{"t", Kind::text, false, 4};
  EXPECT_EQ(get<std::string_view>(read(column, Wire::text, "é🚀x")), "é🚀x");  // 1 + 2 + 1 units
  EXPECT_EQ(read(column, Wire::text, "🚀🚀x").rule, rule::length);
  const Column json{"j", Kind::json};
  EXPECT_EQ(get<std::string_view>(read(json, Wire::jsonb, "\1{\"a\": 1.0}")), "{\"a\": 1.0}");
  EXPECT_EQ(get<std::string_view>(read(json, Wire::text, " {\"a\":[1e400]}\n")),
            " {\"a\":[1e400]}\n");
  for (const char* wrong : {"", "{", "{\"a\":1}}", "NaN", "[1,]", "'a'", "\"\xff\""})
    EXPECT_EQ(read(json, Wire::text, wrong).rule, rule::not_json) << wrong;
  EXPECT_EQ(get<Uuid>(read({"u", Kind::uuid}, Wire::text, "A0000000-0000-0000-0000-00000000000b"))
                .to_string(),
            "a0000000-0000-0000-0000-00000000000b");
  EXPECT_EQ(read({"u", Kind::uuid}, Wire::text, "a").rule, rule::not_a_uuid);
}

TEST(CopyValues, Vectors) {
  const Column column{"v", Kind::vector};
  const auto floats = [](const One& one) {
    const auto bytes = get<BytesView>(one);
    std::vector<float> out(bytes.size() / 4);
    std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
  };
  const std::vector<float> wanted{1.5F, -2};
  EXPECT_EQ(floats(read(column, Wire::vector,
                        be(std::int16_t{2}) + be(std::int16_t{0}) + be(1.5F) + be(-2.0F))),
            wanted);
  EXPECT_EQ(floats(read(column, Wire::halfvec,
                        be(std::int16_t{2}) + be(std::int16_t{0}) + be(std::int16_t{0x3E00}) +
                            be(static_cast<std::int16_t>(0xC000)))),
            wanted);
  const auto array = [](std::initializer_list<std::string> elements) {
    std::string out = be(std::int32_t{1}) + be(std::int32_t{0}) + be(std::int32_t{700}) +
                      be(static_cast<std::int32_t>(elements.size())) + be(std::int32_t{1});
    for (const std::string& each : elements) out += each;
    return out;
  };
  EXPECT_EQ(floats(read(column, Wire::real_array, array({field(be(1.5F)), field(be(-2.0F))}))),
            wanted);
  EXPECT_EQ(floats(read(column, Wire::real_array, array({field(be(1.5)), field(be(-2.0))}))),
            wanted);
  EXPECT_EQ(floats(read(column, Wire::text, "[1.5, -2e0]")), wanted);
  EXPECT_EQ(floats(read(column, Wire::jsonb, "\1[1.5, -2]")), wanted);
  EXPECT_EQ(floats(read(column, Wire::text, "[1e-60]")), std::vector<float>{0});
  for (const char* wrong : {"", "[]", "[1,]", "[nan]", "[1e39]", "1,2", "[1 2]", "[inf]"})
    EXPECT_EQ(read(column, Wire::text, wrong).rule, rule::not_a_vector) << wrong;
  for (const std::string& wrong : {array({field(be(1.5F)), kNull}), array({field(be(1e39))}),
                                   array({field(be(std::numeric_limits<float>::infinity()))}),
                                   array({}), std::string(19, '\0')})
    EXPECT_EQ(read(column, Wire::real_array, wrong).rule, rule::not_a_vector);
}

TEST(RowReader, NamesTheRowThatIsRefused) {
  const Table& table = *find_table("messages");
  std::vector<Wire> wires(table.columns.size(), Wire::text);
  wires[5] = Wire::float8;
  wires[15] = Wire::timestamp;
  RowReader rows(table, wires);
  const std::string id = "a0000000-0000-0000-0000-00000000000b", score = be(1.5),
                    late = be(std::numeric_limits<std::int64_t>::max());
  std::vector<CopyField> fields(table.columns.size(), CopyField{{}, true});
  fields[0] = fields[1] = {id, false};
  fields[2] = {"robot", false};
  fields[5] = {score, false};
  fields[15] = {late, false};
  rows.read(fields);
  std::vector<std::string> refused;
  for (const RefusedValue& each : rows.refused())
    refused.push_back(std::string(each.column->name) + " " + std::string(each.rule));
  EXPECT_EQ(refused,
            (std::vector<std::string>{"role CHK_messages_role", "content required",
                                      "rag_score CHK_messages_rag_score", "is_complete required",
                                      "cached required", "created_at infinite_time"}));
  EXPECT_EQ(rows.refusal().key(), "row_refused");
  EXPECT_EQ(rows.refusal().sentence().en,
            "messages.role, " + id +
                " (CHK_messages_role): The target takes only: user, assistant, system. Correct the "
                "value at the source.");
}

}  // namespace
}  // namespace monitora::transfer
