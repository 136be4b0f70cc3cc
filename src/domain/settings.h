// The JSON settings of a workspace, their ranges and defaults (contract: schema.md, "JSON
// settings").
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace monitora {

struct RagConfig {
  std::string llm_provider = "default";
  std::string llm_model;
  double temperature = 0.1;
  int max_tokens = 900;
  double top_p = 1;
  int top_k = 8;
  int chunk_size = 1200;    // characters
  int chunk_overlap = 200;  // characters
  double similarity_threshold = 0;
  bool enable_cache = true;
  int cache_ttl = 7200;                   // seconds
  std::optional<double> cache_threshold;  // nothing: the embedding model's own calibrated one
  bool streaming_enabled = true;
  std::string system_prompt;
  std::string language = "auto";  // fr, en or auto
  std::string fallback_message;   // empty: the product's sentence in the answer's language

  bool operator==(const RagConfig&) const = default;
};

struct WidgetConfig {
  std::string chatbot_name;
  std::string primary_color = "#0f766e";
  std::string position = "bottom-right";
  std::string welcome_message;
  std::string placeholder;
  int width = 380;
  int height = 600;
  std::string branding_text;
  std::vector<std::string> suggested_questions;
  std::string time_zone = "Europe/Paris";  // IANA name: whose days the statistics count
  bool handover_enabled = false;           // visitors may ask for a person
  std::string handover_email;              // who is told; empty: nobody. Never shown to visitors
  int handover_after_low = 0;  // weak answers in a row after which a person is asked for; 0: never

  bool operator==(const WidgetConfig&) const = default;
};

boost::json::object to_json(const RagConfig& config);
boost::json::object to_json(const WidgetConfig& config);

// Merges the fields of `patch` into `config`: an absent field is left alone, `null` restores its
// default, an unknown field or a value of the wrong type or out of range is a Status::invalid that
// names every such field.
Status merge(const boost::json::object& patch, RagConfig& config);
// Also rewrites the older spellings color_accent, widgetWidth, widgetHeight, welcomeMessage,
// brandingText and `settings` (an object of such fields).
Status merge(const boost::json::object& patch, WidgetConfig& config);

// What is stored → settings. Stored values that today's ranges would refuse are brought into range
// and unknown ones dropped, so that an old row never stops a workspace.
RagConfig read_rag_config(std::string_view json);
WidgetConfig read_widget_config(std::string_view json);

}  // namespace monitora
