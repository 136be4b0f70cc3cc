// The one error type of the project.
//
// A Status is either ok or an error with
//  - a Code from a closed set (it decides the HTTP status),
//  - a key in snake_case that clients may rely on (the wire's `code`),
//  - a sentence for a person, in French and English (the wire's `detail`),
//  - an internal detail that is logged and never sent.
// Library exceptions are caught where the library is wrapped and become a Status there.
// Values are immutable after construction and may be read from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace monitora {

enum class Code {
  ok,
  invalid_argument,   // 422: a field is wrong (see FieldError), or 400 for `malformed_json`
  unauthenticated,    // 401
  permission_denied,  // 403
  not_found,          // 404: absent, or another tenant's
  conflict,           // 409
  too_large,          // 413
  unsupported_type,   // 415
  rate_limited,       // 429, with Retry-After
  upstream_failed,    // 502: a model's or customer's server failed
  unavailable,        // 503, with Retry-After: saturated, or a database out of reach
  deadline_exceeded,  // 503
  cancelled,          // the client went away; never sent
  corrupted,          // stored bytes do not say what they must
  internal            // 500
};

// One thing said to a person, in the two languages of the product.
struct Sentence {
  std::string fr;
  std::string en;
};

// One wrong field of a request.
struct FieldError {
  std::string field;
  Sentence message;
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string_view key, Sentence sentence, std::string detail = {});

  // The two kinds that need no sentence of their own.
  static Status internal(std::string detail);
  static Status cancelled();
  // 422 `invalid_fields`; `errors` is never empty.
  static Status invalid(std::vector<FieldError> errors);
  static Status invalid(std::string field, Sentence message);
  // 404 `<what>_not_found`: the same for absent and for foreign.
  static Status not_found(std::string_view key = "not_found");

  bool ok() const { return rep_ == nullptr; }
  Code code() const { return rep_ ? rep_->code : Code::ok; }
  const std::string& key() const;     // "" when ok
  const Sentence& sentence() const;   // empty when ok
  const std::string& detail() const;  // for logs only
  const std::vector<FieldError>& fields() const;
  std::optional<int> retry_after_seconds() const { return rep_ ? rep_->retry_after : std::nullopt; }
  Status with_retry_after(int seconds) const;
  Status with_detail(std::string detail) const;  // a copy; the earlier detail is kept behind it

  // "code/key: detail", for logs and test failures.
  std::string to_string() const;

 private:
  struct Rep {
    Code code = Code::internal;
    std::string key;
    Sentence sentence;
    std::string detail;
    std::vector<FieldError> fields;
    std::optional<int> retry_after;
  };
  std::shared_ptr<const Rep> rep_;
};

// A value or an error. Accessing the value of an error is a bug of the caller and terminates.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}         // NOLINT implicit
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}  // NOLINT implicit

  bool ok() const { return state_.index() == 0; }
  Status status() const { return ok() ? Status() : *std::get_if<1>(&state_); }
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

 private:
  T& checked() {
    if (!ok()) std::terminate();
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Status> state_;
};

}  // namespace monitora

// Leaves the function with the error of `expression`, if it has one.
#define MONITORA_TRY(expression)                                                    \
  do {                                                                              \
    if (::monitora::Status monitora_status_ = (expression); !monitora_status_.ok()) \
      return monitora_status_;                                                      \
  } while (false)

#define MONITORA_CONCAT2(a, b) a##b
#define MONITORA_CONCAT(a, b) MONITORA_CONCAT2(a, b)
#define MONITORA_ASSIGN_IMPL(result, declaration, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return result.status();                   \
  declaration = std::move(result).value()

// MONITORA_ASSIGN(auto user, users.find(id)); leaves the function with the error, if there is one.
#define MONITORA_ASSIGN(declaration, ...) \
  MONITORA_ASSIGN_IMPL(MONITORA_CONCAT(monitora_result_, __LINE__), declaration, (__VA_ARGS__))
