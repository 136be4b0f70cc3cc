#include "domain/allowed_origin.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

TEST(NormalizeDomain, WhatPeopleType) {
  const struct {
    const char* typed;
    const char* stored;  // nullptr: refused
  } cases[] = {
      {"example.com", "example.com"},
      {" Example.COM ", "example.com"},
      {"https://www.example.com/fr/boutique?x=1#a", "www.example.com"},
      {"http://example.com:8080/", "example.com:8080"},
      {"*.example.com", "example.com"},
      {"example.com.", "example.com"},
      {"Müller.de", "xn--mller-kva.de"},
      {"xn--mller-kva.de", "xn--mller-kva.de"},
      {"ÉCOLE.fr", "xn--cole-9oa.fr"},
      {"localhost", "localhost"},
      {"localhost:3000", "localhost:3000"},
      {"127.0.0.1:8001", "127.0.0.1:8001"},
      {"[::1]:8001", "[::1]:8001"},
      {"intra_net.example", "intra_net.example"},
      {"", nullptr},
      {"com", nullptr},
      {"*", nullptr},
      {"*.", nullptr},
      {"exa mple.com", nullptr},
      {"example..com", nullptr},
      {".example.com", nullptr},
      {"-example.com", nullptr},
      {"user@example.com", nullptr},
      {"example.com:0", nullptr},
      {"example.com:99999", nullptr},
      {"example.com:", nullptr},
      {"ftp://example.com", nullptr},
      {"javascript://example.com", nullptr},
      {"1.2.3.4.5", nullptr},
      {"300.1.1.1", nullptr},
      {"0x7f.1", nullptr},
      {"example.com\\evil.com", nullptr},
      {"a.*.com", nullptr},
      {"exam\xff"
       "ple.com",
       nullptr},
  };
  for (const auto& each : cases) {
    const auto stored = normalize_domain(each.typed);
    if (each.stored == nullptr)
      EXPECT_FALSE(stored) << each.typed << " became " << *stored;
    else
      EXPECT_EQ(stored.value_or("refused"), each.stored) << each.typed;
  }
  EXPECT_FALSE(normalize_domain(std::string(260, 'a') + ".com"));
}

constexpr const char* kOwn = "https://chat.host.example";

struct Case {
  const char* why;
  std::vector<std::string> list;
  const char* origin;
  bool allowed;
  const char* site = "";
  const char* own = kOwn;
};

TEST(AllowedOrigin, EveryRule) {
  const std::vector<std::string> shop = {"example.com"};
  const Case cases[] = {
      {"itself", shop, "https://example.com", true},
      {"sub-domain", shop, "https://www.example.com", true},
      {"deep sub-domain", shop, "https://a.b.example.com", true},
      {"upper case", shop, "HTTPS://WWW.Example.COM", true},
      {"final dot", shop, "https://example.com.", true},
      {"default port", shop, "https://example.com:443", true},
      {"another port", shop, "https://example.com:8443", true},
      {"http", shop, "http://example.com", false},
      {"http sub-domain", shop, "http://www.example.com", false},
      {"suffix", shop, "https://evil-example.com", false},
      {"suffix without dash", shop, "https://notexample.com", false},
      {"as a sub-domain of another", shop, "https://example.com.evil.com", false},
      {"two final dots", shop, "https://example.com..", false},
      {"in the user part", shop, "https://example.com@evil.com", false},
      {"user part", shop, "https://evil@example.com", false},
      {"in the path", shop, "https://evil.com/example.com", false},
      {"with a path", shop, "https://example.com/", false},
      {"with a query", shop, "https://example.com?x", false},
      {"backslash", shop, "https://evil.com\\.example.com", false},
      {"fragment", shop, "https://evil.com#.example.com", false},
      {"space", shop, "https://evil.com .example.com", false},
      {"tab", shop, "https://evil.com\t.example.com", false},
      {"NUL escape", shop, "https://evil.com%00.example.com", false},
      {"empty label", shop, "https://.example.com", false},
      {"null", shop, "null", false},
      {"null, empty list", {}, "null", false},
      {"another site", shop, "https://other.com", false},
      {"the parent", {"www.example.com"}, "https://example.com", false},
      {"a sibling", {"www.example.com"}, "https://shop.example.com", false},
      {"other schemes", shop, "ftp://example.com", false},
      {"extension", shop, "chrome-extension://example.com", false},
      {"file", shop, "file://", false},
      {"no scheme", shop, "example.com", false},
      {"lone scheme", shop, "https://", false},
      {"second entry", {"a.example", "b.example"}, "https://b.example", true},
      {"a damaged entry allows nothing", {"", "*", "com:"}, "https://x.com", false},

      {"IDN in punycode", {"xn--mller-kva.de"}, "https://xn--mller-kva.de", true},
      {"IDN sub-domain", {"xn--mller-kva.de"}, "https://www.xn--mller-kva.de", true},
      {"IDN as Unicode", {"xn--mller-kva.de"}, "https://müller.de", true},
      {"look-alike", {"apple.com"}, "https://аpple.com", false},

      {"port entry, its port", {"example.com:8443"}, "https://example.com:8443", true},
      {"port entry, no port", {"example.com:8443"}, "https://example.com", false},
      {"port entry, another", {"example.com:8443"}, "https://example.com:9443", false},
      {"port entry 443", {"example.com:443"}, "https://example.com", true},
      {"bad port", shop, "https://example.com:port", false},
      {"port too large", shop, "https://example.com:65536", false},

      {"localhost not listed", shop, "http://localhost:3000", false},
      {"localhost listed", {"localhost"}, "http://localhost:3000", true},
      {"localhost listed, https", {"localhost"}, "https://localhost", true},
      {"localhost with a port", {"localhost:3000"}, "http://localhost:3000", true},
      {"localhost with another port", {"localhost:3000"}, "http://localhost:3001", false},
      {"localhost has no sub-domains", {"localhost"}, "http://evil.localhost", false},
      {"localhost as a sub-domain", {"localhost"}, "https://localhost.evil.com", false},
      {"localhost, empty list", {}, "http://localhost:3000", true},
      {"127.0.0.1 is not localhost", {"localhost"}, "http://127.0.0.1:3000", false},
      {"127.0.0.1, empty list", {}, "http://127.0.0.1:3000", false},
      {"127.0.0.1 listed", {"127.0.0.1"}, "http://127.0.0.1:3000", true},
      {"[::1] listed", {"[::1]"}, "http://[::1]:3000", true},
      {"an address has no sub-domains", {"10.0.0.1"}, "https://evil.10.0.0.1", false},
      {"an address over https", {"10.0.0.1"}, "https://10.0.0.1", true},
      {"an address over http", {"10.0.0.1"}, "http://10.0.0.1", false},

      {"empty list, own origin", {}, kOwn, true},
      {"empty list, own origin in another case", {}, "https://CHAT.host.example:443", true},
      {"empty list, another site", {}, "https://example.com", false},
      {"empty list, own host over http", {}, "http://chat.host.example", false},
      {"empty list, own host on another port", {}, "https://chat.host.example:444", false},
      {"empty list, sub-domain of the own host", {}, "https://a.chat.host.example", false},
      {"list, own origin not in it", shop, kOwn, false},
      {"list with the own host", {"host.example"}, kOwn, true},

      {"no Origin", shop, "", false},
      {"no Origin, empty list", {}, "", false},
      {"same-origin GET, empty list", {}, "", true, "same-origin"},
      {"same-origin GET, own host listed", {"chat.host.example"}, "", true, "same-origin"},
      {"same-origin GET, own host not listed", shop, "", false, "same-origin"},
      {"same-site GET", {}, "", false, "same-site"},
      {"cross-site GET", {}, "", false, "cross-site"},
      {"address bar", {}, "", false, "none"},
      {"Origin wins over Sec-Fetch-Site", {}, "https://evil.com", false, "same-origin"},
      {"null wins over Sec-Fetch-Site", {}, "null", false, "same-origin"},
      {"same-origin GET, own origin unknown", {}, "", false, "same-origin", ""},
      {"same-origin GET on localhost", {}, "", true, "same-origin", "http://localhost:8001"},
      {"same-origin GET on localhost, a list without it", shop, "", false, "same-origin",
       "http://localhost:8001"},
      {"same-origin GET on localhost, listed",
       {"localhost"},
       "",
       true,
       "same-origin",
       "http://localhost:8001"},
  };
  for (const Case& each : cases)
    EXPECT_EQ(is_origin_allowed(each.list, {each.origin, each.site, each.own}), each.allowed)
        << each.why;
}

TEST(NormalizeOrigin, Canonical) {
  EXPECT_EQ(normalize_origin("HTTPS://Example.com:443"), "https://example.com");
  EXPECT_EQ(normalize_origin("http://localhost:8001"), "http://localhost:8001");
  EXPECT_FALSE(normalize_origin("null"));
  EXPECT_FALSE(normalize_origin("https://example.com/path"));
}

}  // namespace
}  // namespace monitora
