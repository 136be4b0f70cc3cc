// The JSON columns. Reading never fails: what is not of the expected shape (an older row, a row
// from another program) is left out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/conversation.h"
#include "domain/passage.h"
#include "domain/prepared_question.h"

namespace monitora::storage {

// [{"index","document_id","filename","page"?,"excerpt"}]
std::string sources_json(const std::vector<Source>& sources);
std::vector<Source> read_sources(std::string_view json);

// {"page"?,"sheet"?,"row"?,"heading"?}: only what is set.
std::string place_json(const Place& place);
Place read_place(std::string_view json);

std::string strings_json(const std::vector<std::string>& strings);
std::vector<std::string> read_strings(std::string_view json);

// {"key":"text"}
std::string texts_json(const std::map<std::string, std::string>& texts);
std::map<std::string, std::string> read_texts(std::string_view json);

// [{"name","type","label","values":[]}]
std::string parameters_json(const std::vector<QuestionParameter>& parameters);
std::vector<QuestionParameter> read_parameters(std::string_view json);

// {"fr","en"}
std::string sentence_json(const Sentence& sentence);

}  // namespace monitora::storage
