#include "http/wire.h"

#include <gtest/gtest.h>

#include "http/router.h"
#include "http/static_files.h"

namespace monitora::http {
namespace {

Router::Match match(const Router& router, std::string_view path, Method method = Method::get) {
  return router.match(method, path);
}

TEST(Router, TheMostLiteralPatternWins) {
  Router router;
  const auto add = [&](Method method, std::string pattern) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    router.add(std::move(route));
  };
  for (const char* pattern :
       {"/{path*}", "/", "/api/items/{id}", "/api/items/new", "/api/{kind}/new", "/api/items"}) {
    add(Method::get, pattern);
  }
  add(Method::post, "/api/items");
  const auto pattern = [&](std::string_view path, Method method = Method::get) {
    const auto found = match(router, path, method);
    return found.route ? found.route->pattern : std::string("none");
  };
  EXPECT_EQ(pattern("/"), "/");
  EXPECT_EQ(pattern("/api/items/new"), "/api/items/new");
  EXPECT_EQ(pattern("/api/items/7"), "/api/items/{id}");
  EXPECT_EQ(pattern("/api/other/new"), "/api/{kind}/new");
  EXPECT_EQ(pattern("/api/items/"), "/{path*}");
  EXPECT_EQ(pattern("/api/items/7/x"), "/{path*}");
  EXPECT_EQ(pattern("/api/items", Method::head), "/api/items");
  EXPECT_EQ(pattern("/api/items", Method::put), "none");
  EXPECT_EQ(match(router, "/api/items", Method::put).allowed.size(), 2u);
  EXPECT_TRUE(match(router, "/nowhere", Method::put).allowed.empty());
  EXPECT_EQ(match(router, "/a/b%20c/d").params.at("path"), "a/b c/d");
  EXPECT_EQ(match(router, "/api/items/%C3%A9").params.at("id"), "é");
}

TEST(Wire, Targets) {
  const auto target = parse_target("/a%20b?x=1&x=2&y&z=a%3D+b#f");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a b");
  EXPECT_EQ(target->raw_path, "/a%20b");
  EXPECT_EQ(target->query.count("x"), 2u);
  EXPECT_EQ(target->query.find("z")->second, "a= b");
  EXPECT_EQ(parse_target("http://host:1/p?q")->path, "/p");
  EXPECT_EQ(parse_target("HTTPS://host")->path, "/");
  for (const char* bad : {"", "a", "/%", "/%4", "/%g0", "/%00", "/%ff", "/?a=%ff", "host:80"}) {
    EXPECT_FALSE(parse_target(bad).has_value()) << bad;
  }
}

TEST(Wire, Languages) {
  for (const auto& [header, language] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", "fr"},
                                                                  {"en", "en"},
                                                                  {"EN-us,en;q=0.9", "en"},
                                                                  {"fr-CA, en;q=0.9", "fr"},
                                                                  {"fr;q=0.3, en;q=0.4", "en"},
                                                                  {"de, *", "fr"},
                                                                  {"en;q=0", "fr"},
                                                                  {"en, fr", "fr"},
                                                                  {"entropy", "fr"}}) {
    EXPECT_EQ(preferred_language(header), language) << header;
  }
}

TEST(Wire, HeadersCannotBeSplit) {
  Response response =
      Response::text(200, "text/plain", "x").with("Location", "/a\r\nSet-Cookie: evil=1");
  const std::string head = response_head(response, Framing::length, 1, "id", true);
  EXPECT_NE(head.find("Location: /aSet-Cookie: evil=1\r\n"), std::string::npos);
}

TEST(Wire, CookiesAndHeaders) {
  Request request;
  request.headers = {{"cookie", "a=1; session=x=y; ab=2"}};
  EXPECT_EQ(request.cookie("session"), "x=y");
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("b"), "");
}

TEST(StaticFiles, TagsCompressionAndCleanNames) {
  const EmbeddedFile files[] = {{"index.html", "<p>home</p>", "gz"},
                                {"login.html", "<p>login</p>", ""},
                                {"docs/index.html", "<p>docs</p>", ""},
                                {"_next/static/a.js", "1", ""}};
  const StaticFiles assets{std::span(files)};
  Request request;
  const auto plain = assets.serve(request, "");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->body, "<p>home</p>");
  EXPECT_FALSE(has_header(*plain, "content-encoding"));
  request.headers = {{"accept-encoding", "br, gzip;q=0.5"}};
  const auto compressed = assets.serve(request, "");
  EXPECT_EQ(compressed->body, "gz");
  EXPECT_TRUE(has_header(*compressed, "content-encoding"));
  std::string tag;
  for (const auto& [name, value] : compressed->headers) {
    if (name == "ETag") tag = value;
  }
  request.headers.emplace_back("if-none-match", "\"other\", W/" + tag);
  EXPECT_EQ(assets.serve(request, "")->status, 304);
  EXPECT_EQ(assets.serve(request, "login")->body, "<p>login</p>");
  EXPECT_EQ(assets.serve(request, "docs")->body, "<p>docs</p>");
  EXPECT_EQ(assets.serve(request, "docs/")->body, "<p>docs</p>");
  EXPECT_EQ(assets.serve(request, "../index.html").status().code(), Code::not_found);
}

TEST(StaticFiles, SendsTheFormThatTheClientTakes) {
  const EmbeddedFile files[] = {{"app.js", "let plain;", "gz", "br"},
                                {"tiny.js", "1", "longer", "longer"}};
  const StaticFiles assets{std::span(files)};
  const auto served = [&](const char* accepted, const char* path = "app.js") {
    Request request;
    request.headers = {{"accept-encoding", accepted}};
    return assets.serve(request, path)->body;
  };
  EXPECT_EQ(served("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(served("BR"), "br");
  EXPECT_EQ(served("*"), "br");
  EXPECT_EQ(served("gzip, br;q=0"), "gz");
  EXPECT_EQ(served("br;q=0, *"), "gz");
  EXPECT_EQ(served("*;q=0, gzip"), "gz");
  EXPECT_EQ(served("gzip;q=0, br;q=0, *"), "let plain;");
  EXPECT_EQ(served("deflate, brotli"), "let plain;");
  EXPECT_EQ(served(""), "let plain;");
  EXPECT_EQ(served("gzip, br", "tiny.js"), "1");
}

}  // namespace
}  // namespace monitora::http
