// What is done to a question before anything is searched. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monitora {

// The form under which two spellings of a question are the same: NFKC, case folded, white space
// collapsed, without final punctuation.
std::string normalised_question(std::string_view question);
// SHA-256 of it, 64 hex characters: `question_hash`.
std::string question_hash(std::string_view question);

// Whether the question leans on what was said before ("et pour l'Espagne ?", "how much is it?"):
// it opens with a connector, or points back with a pronoun and has few words of its own.
bool is_follow_up(std::string_view question);

// What to search for: the question itself, or for a follow-up the latest question that stood on its
// own, then the follow-ups since, then this one. `earlier` holds the visitor's questions, oldest
// first.
std::string search_query(std::string_view question, const std::vector<std::string>& earlier);

}  // namespace monitora
