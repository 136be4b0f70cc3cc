// SQL Server's part of storage/search_index.h: search_texts holds each conversation's folded title
// and messages, compared by their bytes. There are no pieces of words in an index: a search for
// what is rare reads the texts of the workspace's conversations, from the latest back.
//
// The database's own comparison (text_search.h, a collation) takes more letters for one another
// than the program's folding does: æ for ae, œ for oe, ø for o and their like. In search_texts they
// are what it takes them for, so that nothing is lost. It also takes hiragana for katakana, and
// characters that its version of Unicode does not know (emoji) for nothing; search_texts does not.
#pragma once

#include "storage/search_index.h"

namespace monitora::storage::sqlserver {

Status note_unindexed_conversations(sql::Pool& pool);
Result<int> index_conversations(sql::Pool& pool, int limit);
Result<IndexedSearch> search_texts(const std::string& folded);

// " AND …" on the conversation `c`: it is settled (when that is not empty), or its title or one of
// its messages `f` meets its condition. One after the other, which only CASE promises.
std::string settled_or_said(std::string_view settled, std::string_view title,
                            std::string_view content);

}  // namespace monitora::storage::sqlserver
