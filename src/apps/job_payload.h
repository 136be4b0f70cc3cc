// What a job is about: the ids in its JSON.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

namespace monitora::apps {

class JobPayload {
 public:
  explicit JobPayload(const std::string& json) {
    boost::system::error_code error;
    payload_ = boost::json::parse(json, error);
  }
  // Nothing when it is not there.
  template <class SomeId>
  std::optional<SomeId> id(const char* name) const {
    const auto* object = payload_.if_object();
    const boost::json::value* field = object != nullptr ? object->if_contains(name) : nullptr;
    return field != nullptr && field->is_string() ? SomeId::parse(field->as_string())
                                                  : std::nullopt;
  }

 private:
  boost::json::value payload_;
};

}  // namespace monitora::apps
