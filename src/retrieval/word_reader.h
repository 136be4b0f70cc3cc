// The words of questions, with their Snowball stems.
#pragma once

#include <memory>

#include "ports/word_reader.h"

namespace monitora::retrieval {

std::unique_ptr<WordReader> make_word_reader();

}  // namespace monitora::retrieval
