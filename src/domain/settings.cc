#include "domain/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "base/text.h"
#include "base/time_zone.h"
#include "domain/email.h"

namespace monitora {
namespace {

namespace json = boost::json;

// One pass over the fields of a patch. Each field is offered to the settings by name; what is wrong
// is collected, so that a person sees every mistake at once.
class Fields {
 public:
  explicit Fields(const json::object& patch) : patch_(patch) {}

  template <class T>
  void number(const char* name, T& into, T fallback, double least, double most) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_null()) {
      into = fallback;
      return;
    }
    std::optional<double> read;
    if (value->is_number()) read = value->to_number<double>();
    const bool whole = read && (std::is_floating_point_v<T> || *read == std::floor(*read));
    if (!whole || !(*read >= least && *read <= most)) {
      const std::string range = std::is_floating_point_v<T>
                                    ? fmt::format("{:g}–{:g}", least, most)
                                    : fmt::format("{:.0f}–{:.0f}", least, most);
      fail(name, {fmt::format("Valeur attendue : un nombre{} dans {}.", whole_fr<T>(), range),
                  fmt::format("Expected a{} number in {}.", whole_en<T>(), range)});
      return;
    }
    into = static_cast<T>(*read);
  }

  void boolean(const char* name, bool& into, bool fallback) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_null())
      into = fallback;
    else if (value->is_bool())
      into = value->as_bool();
    else
      fail(name, {"Valeur attendue : true ou false.", "Expected true or false."});
  }

  void text(const char* name, std::string& into, std::string fallback,
            std::size_t most_characters) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_null()) {
      into = std::move(fallback);
      return;
    }
    if (const std::optional<std::string> read = clean_text(name, *value, most_characters))
      into = *read;
  }

  void choice(const char* name, std::string& into, std::string fallback,
              std::initializer_list<std::string_view> of) {
    const std::string before = into;
    text(name, into, std::move(fallback), 64);
    if (std::find(of.begin(), of.end(), into) != of.end()) return;
    into = before;
    const std::string list = fmt::format("{}", fmt::join(of, ", "));
    fail(name,
         {fmt::format("Valeur attendue : {}.", list), fmt::format("Expected one of {}.", list)});
  }

  void color(const char* name, std::string& into, std::string fallback) {
    const std::string before = into;
    text(name, into, std::move(fallback), 64);
    const auto is_hex = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    if (into.size() == 7 && into[0] == '#' && std::all_of(into.begin() + 1, into.end(), is_hex))
      return;
    if (into == before) return;  // text() has already said why
    into = before;
    fail(name, {"Valeur attendue : une couleur #rrvvbb.", "Expected a colour #rrggbb."});
  }

  void time_zone(const char* name, std::string& into, std::string fallback) {
    const std::string before = into;
    text(name, into, std::move(fallback), 64);
    if (TimeZone::find(into)) return;
    into = before;
    fail(name, {"Valeur attendue : un fuseau horaire IANA, par exemple Europe/Paris.",
                "Expected an IANA time zone, for example Europe/Paris."});
  }

  void email(const char* name, std::string& into) {
    const std::string before = into;
    text(name, into, "", 254);
    if (into.empty()) return;
    if (const auto normal = normalize_email(into)) {
      into = *normal;
      return;
    }
    into = before;
    fail(name, {"Valeur attendue : une adresse e-mail.", "Expected an e-mail address."});
  }

  void texts(const char* name, std::vector<std::string>& into, std::size_t most,
             std::size_t most_characters) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_null()) {
      into.clear();
      return;
    }
    if (!value->is_array() || value->as_array().size() > most) {
      fail(name, {fmt::format("Valeur attendue : une liste d'au plus {} textes.", most),
                  fmt::format("Expected a list of at most {} texts.", most)});
      return;
    }
    std::vector<std::string> read;
    for (const json::value& each : value->as_array()) {
      std::optional<std::string> one = clean_text(name, each, most_characters);
      if (!one) return;
      if (!is_blank(*one)) read.push_back(std::move(*one));
    }
    into = std::move(read);
  }

  template <class T>
  void optional_number(const char* name, std::optional<T>& into, double least, double most) {
    if (const json::value* value = peek(name); value != nullptr && value->is_null()) {
      take(name);
      into.reset();
      return;
    }
    if (peek(name) == nullptr) return;
    T read{};
    const std::size_t before = errors_.size();
    number(name, read, T{}, least, most);
    if (errors_.size() == before) into = read;
  }

  void fail(const char* name, Sentence message) { errors_.push_back({name, std::move(message)}); }

  Status finish() {
    for (const auto& field : patch_)
      if (std::find(taken_.begin(), taken_.end(), field.key()) == taken_.end())
        errors_.push_back({std::string(utf8_prefix(to_utf8(field.key()), 100)),
                           {"Champ inconnu.", "Unknown field."}});
    return errors_.empty() ? Status() : Status::invalid(std::move(errors_));
  }

 private:
  template <class T>
  static std::string_view whole_fr() {
    return std::is_floating_point_v<T> ? "" : " entier";
  }
  template <class T>
  static std::string_view whole_en() {
    return std::is_floating_point_v<T> ? "" : " whole";
  }

  const json::value* peek(const char* name) const { return patch_.if_contains(name); }
  const json::value* take(const char* name) {
    taken_.emplace_back(name);
    return peek(name);
  }

  std::optional<std::string> clean_text(const char* name, const json::value& value,
                                        std::size_t most_characters) {
    if (!value.is_string()) {
      fail(name, {"Valeur attendue : un texte.", "Expected a text."});
      return std::nullopt;
    }
    const std::string_view read = value.as_string();
    if (!is_utf8(read) || read.find('\0') != std::string_view::npos) {
      fail(name, {"Ce texte contient des caractères interdits.",
                  "This text contains characters that are not allowed."});
      return std::nullopt;
    }
    if (count_characters(read) > most_characters) {
      fail(name, {fmt::format("{} caractères au plus.", most_characters),
                  fmt::format("At most {} characters.", most_characters)});
      return std::nullopt;
    }
    return std::string(read);
  }

  const json::object& patch_;
  std::vector<std::string> taken_;
  std::vector<FieldError> errors_;
};

// The older spellings of widget settings, rewritten to today's; today's win where both are given.
json::object modernise(const json::object& patch) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"color_accent", "primary_color"},
      {"widgetWidth", "width"},
      {"widgetHeight", "height"},
      {"welcomeMessage", "welcome_message"},
      {"brandingText", "branding_text"}};
  json::object out;
  if (const json::value* nested = patch.if_contains("settings");
      nested != nullptr && nested->is_object())
    out = modernise(nested->as_object());
  for (const auto& field : patch) {
    const auto* renamed = std::find_if(std::begin(kNames), std::end(kNames),
                                       [&](const auto& n) { return n.first == field.key(); });
    if (field.key() == "settings" && field.value().is_object()) continue;
    if (renamed == std::end(kNames))
      out[field.key()] = field.value();
    else if (!patch.contains(renamed->second))
      out[renamed->second] = field.value();
  }
  return out;
}

// Reads field by field what an older program stored: what today's ranges refuse keeps its default.
template <class Config>
Config read_stored(std::string_view text) {
  Config config;
  boost::system::error_code error;
  const json::value stored = json::parse(text, error);
  if (error || !stored.is_object()) return config;
  json::object fields = stored.as_object();
  if constexpr (std::is_same_v<Config, WidgetConfig>) fields = modernise(fields);
  if (merge(fields, config).ok()) return config;
  config = Config();
  for (const auto& field : fields) {
    Config next = config;
    if (merge(json::object{{field.key(), field.value()}}, next).ok()) config = next;
  }
  return config;
}

}  // namespace

json::object to_json(const RagConfig& c) {
  return {{"llm_provider", c.llm_provider},
          {"llm_model", c.llm_model},
          {"temperature", c.temperature},
          {"max_tokens", c.max_tokens},
          {"top_p", c.top_p},
          {"top_k", c.top_k},
          {"chunk_size", c.chunk_size},
          {"chunk_overlap", c.chunk_overlap},
          {"similarity_threshold", c.similarity_threshold},
          {"enable_cache", c.enable_cache},
          {"cache_ttl", c.cache_ttl},
          {"cache_threshold",
           c.cache_threshold ? json::value(*c.cache_threshold) : json::value(nullptr)},
          {"streaming_enabled", c.streaming_enabled},
          {"system_prompt", c.system_prompt},
          {"language", c.language},
          {"fallback_message", c.fallback_message}};
}

json::object to_json(const WidgetConfig& c) {
  return {{"chatbot_name", c.chatbot_name},
          {"primary_color", c.primary_color},
          {"position", c.position},
          {"welcome_message", c.welcome_message},
          {"placeholder", c.placeholder},
          {"width", c.width},
          {"height", c.height},
          {"branding_text", c.branding_text},
          {"suggested_questions",
           json::array(c.suggested_questions.begin(), c.suggested_questions.end())},
          {"time_zone", c.time_zone},
          {"handover_enabled", c.handover_enabled},
          {"handover_email", c.handover_email},
          {"handover_after_low", c.handover_after_low}};
}

Status merge(const json::object& patch, RagConfig& config) {
  const RagConfig standard;
  RagConfig next = config;
  Fields fields(patch);
  fields.text("llm_provider", next.llm_provider, standard.llm_provider, 100);
  fields.text("llm_model", next.llm_model, standard.llm_model, 200);
  fields.number("temperature", next.temperature, standard.temperature, 0, 2);
  fields.number("max_tokens", next.max_tokens, standard.max_tokens, 64, 8192);
  fields.number("top_p", next.top_p, standard.top_p, 0, 1);
  fields.number("top_k", next.top_k, standard.top_k, 1, 20);
  fields.number("chunk_size", next.chunk_size, standard.chunk_size, 200, 4000);
  fields.number("chunk_overlap", next.chunk_overlap, standard.chunk_overlap, 0, 2000);
  fields.number("similarity_threshold", next.similarity_threshold, standard.similarity_threshold, 0,
                1);
  fields.boolean("enable_cache", next.enable_cache, standard.enable_cache);
  fields.number("cache_ttl", next.cache_ttl, standard.cache_ttl, 60, 2592000);
  fields.optional_number("cache_threshold", next.cache_threshold, 0.5, 1);
  fields.boolean("streaming_enabled", next.streaming_enabled, standard.streaming_enabled);
  fields.text("system_prompt", next.system_prompt, standard.system_prompt, 20000);
  fields.choice("language", next.language, standard.language, {"fr", "en", "auto"});
  fields.text("fallback_message", next.fallback_message, standard.fallback_message, 2000);
  // A smaller chunk_size alone takes the overlap with it; an overlap that was asked for is refused.
  if (!patch.contains("chunk_overlap"))
    next.chunk_overlap = std::min(next.chunk_overlap, next.chunk_size / 2);
  if (next.chunk_overlap * 2 > next.chunk_size)
    fields.fail("chunk_overlap",
                {"Au plus la moitié de chunk_size.", "At most half of chunk_size."});
  MONITORA_TRY(fields.finish());
  config = std::move(next);
  return {};
}

Status merge(const json::object& patch, WidgetConfig& config) {
  const WidgetConfig standard;
  WidgetConfig next = config;
  const json::object modern = modernise(patch);
  Fields fields(modern);
  fields.text("chatbot_name", next.chatbot_name, standard.chatbot_name, 100);
  fields.color("primary_color", next.primary_color, standard.primary_color);
  fields.choice("position", next.position, standard.position, {"bottom-right", "bottom-left"});
  fields.text("welcome_message", next.welcome_message, standard.welcome_message, 1000);
  fields.text("placeholder", next.placeholder, standard.placeholder, 200);
  fields.number("width", next.width, standard.width, 280, 600);
  fields.number("height", next.height, standard.height, 360, 900);
  fields.text("branding_text", next.branding_text, standard.branding_text, 200);
  fields.texts("suggested_questions", next.suggested_questions, 10, 300);
  fields.time_zone("time_zone", next.time_zone, standard.time_zone);
  fields.boolean("handover_enabled", next.handover_enabled, standard.handover_enabled);
  fields.email("handover_email", next.handover_email);
  fields.number("handover_after_low", next.handover_after_low, standard.handover_after_low, 0, 5);
  MONITORA_TRY(fields.finish());
  config = std::move(next);
  return {};
}

RagConfig read_rag_config(std::string_view json) {
  return read_stored<RagConfig>(json);
}
WidgetConfig read_widget_config(std::string_view json) {
  return read_stored<WidgetConfig>(json);
}

}  // namespace monitora
