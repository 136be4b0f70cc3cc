#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

#include "net/address_guard.h"
#include "net/forwarded.h"
#include "net/ip_address.h"
#include "net/runtime.h"
#include "net/sse_parser.h"
#include "net/worker_pool.h"

namespace monitora::net {
namespace {

using namespace std::chrono_literals;

IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(IpAddress());
}

// ---- server-sent events ------------------------------------------------------------------------

std::vector<std::string> events(std::initializer_list<std::string_view> portions) {
  std::vector<std::string> found;
  SseParser parser(1000, [&](const SseParser::Event& event) {
    found.push_back(std::string(event.type) + "|" + std::string(event.data));
  });
  for (const std::string_view portion : portions) {
    if (!parser.feed(portion).ok()) return {"error"};
  }
  parser.finish();
  return found;
}

TEST(SseParser, EverySplitGivesTheSameEvents) {
  const std::string_view stream =
      "\xEF\xBB\xBF: comment\ndata: {\"a\":\"d\xC3\xA9j\xC3\xA0 \xF0\x9F\x99\x82\"}\n\n"
      "data:no space\r\n\r\nevent: named\rdata: one\rdata:  two\rdata\rid: 7\r\r"
      ":\n\n\n\nretry: 10\n\nunknown: x\ndata: [DONE]\r\n\r\ndata: no blank line";
  const std::vector<std::string> expected = {"|{\"a\":\"d\xC3\xA9j\xC3\xA0 \xF0\x9F\x99\x82\"}",
                                             "|no space", "named|one\n two\n", "|[DONE]",
                                             "|no blank line"};
  for (std::size_t i = 0; i <= stream.size(); ++i) {
    for (std::size_t j = i; j <= stream.size(); ++j) {
      ASSERT_EQ(events({stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}), expected)
          << i << " " << j;
    }
  }
}

TEST(SseParser, LimitsAnEvent) {
  const std::string line = "data: " + std::string(300, 'x') + "\n";
  EXPECT_EQ(events({line, line, line, "\n"}).size(), 1u);
  EXPECT_EQ(events({line, line, line, line, "\n"}), std::vector<std::string>{"error"});
  EXPECT_EQ(events({std::string(2000, 'x')}), std::vector<std::string>{"error"});
  EXPECT_EQ(events({line, "\n", line, "\n", line, "\n", line, "\n"}).size(), 4u);
}

// ---- addresses ---------------------------------------------------------------------------------

TEST(IpAddress, ParsesAndPrints) {
  EXPECT_EQ(address("192.0.2.1").to_string(), "192.0.2.1");
  EXPECT_EQ(address("2001:DB8::1").to_string(), "2001:db8::1");
  EXPECT_EQ(address("::ffff:10.0.0.1").unmapped().to_string(), "10.0.0.1");
  for (const char* bad : {"", "1.2.3", "01.2.3.4", "1.2.3.4.5", "256.1.1.1", "::g", "fe80::1%eth0",
                          "[::1]", "1.2.3.4:80"}) {
    EXPECT_FALSE(IpAddress::parse(bad).has_value()) << bad;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)).has_value());
}

TEST(Cidr, Contains) {
  const auto in = [](const char* range, const char* text) {
    return Cidr::parse(range)->contains(address(text));
  };
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(in("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(in("0.0.0.0/0", "8.8.8.8"));
  EXPECT_TRUE(in("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_FALSE(in("::/0", "8.8.8.8"));
  EXPECT_TRUE(in("fd00::/8", "fd12::1"));
  EXPECT_TRUE(in("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(in("10.1.2.3", "10.1.2.4"));
  for (const char* bad :
       {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "/8", "::/129", "host/8"}) {
    EXPECT_FALSE(Cidr::parse(bad).has_value()) << bad;
  }
}

TEST(AddressGuard, WhatIsPublic) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.1.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b:1::808:808",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:a00:1::1",
                           "2002:c0a8:101::",
                           "3fff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "2600::5efe:10.0.0.1",
                           "2600::200:5efe:192.168.1.1"}) {
    EXPECT_FALSE(is_public(address(text))) << text;
  }
  for (const char* text :
       {"1.1.1.1", "8.8.8.8", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
        "128.0.0.1", "169.253.1.1", "172.15.0.1", "172.32.0.1", "192.1.0.1", "198.17.0.1",
        "198.20.0.1", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
        "2600::1", "2a00:1450:4007::200e"}) {
    EXPECT_TRUE(is_public(address(text))) << text;
  }
}

TEST(AddressGuard, ChecksEveryAddressOfAName) {
  const auto resolve = [](const std::string& host) -> Result<std::vector<IpAddress>> {
    if (host == "public.example") return std::vector{address("8.8.8.8"), address("2600::1")};
    if (host == "mixed.example") return std::vector{address("8.8.8.8"), address("10.0.0.1")};
    if (host == "db.internal") return std::vector{address("10.9.0.1")};
    return Status(Code::upstream_failed, "host_not_found", {"Introuvable.", "Not found."});
  };
  const auto guard = AddressGuard::parse(" db.INTERNAL , 192.168.7.0/24,fd00::1 ", resolve);
  ASSERT_TRUE(guard.ok());
  EXPECT_EQ(guard->resolve("public.example")->size(), 2u);
  EXPECT_EQ(guard->resolve("PUBLIC.example.")->size(), 2u);
  EXPECT_EQ(guard->resolve("mixed.example").status().key(), "address_not_allowed");
  EXPECT_TRUE(guard->resolve("db.internal").ok());
  EXPECT_EQ(guard->resolve("10.9.0.1").status().key(),
            "address_not_allowed");  // the name is allowed, not its address
  EXPECT_TRUE(guard->resolve("192.168.7.9").ok());
  EXPECT_TRUE(guard->resolve("[fd00::1]").ok());
  EXPECT_EQ(guard->resolve("[::1]").status().key(), "address_not_allowed");
  EXPECT_EQ(guard->resolve("absent.example").status().key(), "host_not_found");
  for (const char* odd : {"", "a b", "a/b", "user@public.example", "127.0.0.1\r\n"}) {
    EXPECT_EQ(guard->resolve(odd).status().key(), "address_not_allowed") << odd;
  }
  EXPECT_FALSE(AddressGuard::parse("10.0.0.0/99").ok());
  EXPECT_TRUE(AddressGuard::trusting(resolve).resolve("db.internal").ok());
}

TEST(AddressGuard, OldSpellingsOfLoopbackAreCheckedWhenResolved) {
  const auto guard = AddressGuard::parse("");
  for (const char* spelling : {"127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost"}) {
    EXPECT_FALSE(guard->resolve(spelling).ok()) << spelling;
  }
}

TEST(Forwarded, TheRightmostUntrustedAddressIsTheClient) {
  const std::vector<Cidr> proxies = {*Cidr::parse("10.0.0.0/8"), *Cidr::parse("::1")};
  const auto client = [&](const char* peer, const char* header) {
    return client_address(address(peer), header, proxies).to_string();
  };
  EXPECT_EQ(client("192.0.2.9", "1.1.1.1"), "192.0.2.9");  // nobody we know: may say anything
  EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "1.1.1.1"), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(client("::ffff:10.0.0.1", "1.1.1.1"), "1.1.1.1");
  EXPECT_EQ(client("::1", " [2600::5]:443 "), "2600::5");
  EXPECT_EQ(client("10.0.0.1", "1.1.1.1:5000"), "1.1.1.1");
  EXPECT_EQ(client("10.0.0.1", "1.1.1.1, nonsense"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "nonsense, 10.0.0.2"), "10.0.0.2");
}

// ---- threads -----------------------------------------------------------------------------------

TEST(WorkerPool, RefusesWhatItCannotQueue) {
  WorkerPool pool("test", 1, 1);
  std::latch started(1);
  std::latch release(1);
  std::atomic<int> ran = 0;
  ASSERT_TRUE(pool.post([&] {
                    started.count_down();
                    release.wait();
                    throw std::runtime_error("logged");
                  })
                  .ok());
  started.wait();
  EXPECT_TRUE(pool.post([&] { ++ran; }).ok());
  const Status full = pool.post([&] { ++ran; });
  EXPECT_EQ(full.key(), "saturated");
  EXPECT_EQ(full.retry_after_seconds(), 1);
  EXPECT_TRUE(pool.post_next_step([&] { ++ran; }));
  EXPECT_EQ(pool.queued(), 2u);
  release.count_down();
  pool.stop();  // runs what was queued
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(pool.post([] {}).key(), "stopping");
  EXPECT_FALSE(pool.post_next_step([] {}));
}

TEST(Runtime, PostsAndTimers) {
  Runtime runtime;
  std::latch done(2);
  runtime.post([&] {
    EXPECT_TRUE(runtime.on_io_thread());
    done.count_down();
    throw std::runtime_error("logged");
  });
  const auto timer = runtime.after(1ms, [&] { done.count_down(); });
  done.wait();
  std::latch gone(1);
  runtime.post([&] {
    auto never = runtime.after(0ms, [] { ADD_FAILURE() << "was destroyed before"; });
    never = nullptr;
    gone.count_down();
  });
  gone.wait();
  std::latch later(1);
  const auto after = runtime.after(5ms, [&] { later.count_down(); });
  later.wait();
}

}  // namespace
}  // namespace monitora::net
