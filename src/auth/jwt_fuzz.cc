// Whatever a client sends as a token: never accepted unless we could have signed it, never a crash.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auth/jwt.h"
#include "auth/supabase_tokens.h"
#include "base/crypto.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
  const Time now{std::chrono::seconds(1'800'000'000)};
  if (auth::verify_jwt(input, kSecret, now)) std::abort();  // HMAC-SHA256 was guessed

  // The input as header and claims, rightly signed: now the claims are read.
  const std::size_t half = size / 2;
  const std::string signed_part =
      base64url(as_bytes(input.substr(0, half))) + "." + base64url(as_bytes(input.substr(half)));
  const auto mac = hmac_sha256(as_bytes(kSecret), as_bytes(signed_part));
  (void)auth::verify_jwt(signed_part + "." + base64url(mac), kSecret, now);
  const std::string real =
      base64url(as_bytes(R"({"alg":"HS256","typ":"JWT"})")) + "." + base64url(as_bytes(input));
  const auto real_mac = hmac_sha256(as_bytes(kSecret), as_bytes(real));
  (void)auth::verify_jwt(real + "." + base64url(real_mac), kSecret, now);
  const struct final : Clock {
    Time now() const override { return Time{std::chrono::seconds(1'800'000'000)}; }
  } clock;
  const auth::SupabaseTokens supabase{std::string(kSecret), "", clock};
  const auto person = supabase.verify(real + "." + base64url(real_mac));
  if (person.ok() && (person->user.is_nil() || person->email.empty())) std::abort();
  return 0;
}
