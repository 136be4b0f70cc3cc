// The SQLite driver: opening a database file.
//
// One connection writes, several read beside it (write-ahead log): Pool's defaults. A commit is on
// the disk when it is acknowledged (synchronous = FULL), so that neither a killed process nor a
// power cut loses it. Several processes may use one file at a time on a local disk, not over a
// network.
#pragma once

#include <filesystem>
#include <memory>

#include "sql/connection.h"
#include "sql/pool.h"

namespace monitora::sql {

// Makes the file when it is not there (its directory must be). A connection for reading refuses
// writes. Errors: unavailable `database_unavailable`, `database_read_only`, `disk_full`; corrupted
// `database_corrupted`.
Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& file,
                                                Connection::Mode mode);

// A pool over that file: one writer and `readers` readers.
std::unique_ptr<Pool> make_sqlite_pool(const std::filesystem::path& file, int readers = 4);

// SQLite's own check of every page, index and foreign key. corrupted `database_corrupted` with what
// it found.
Status check_sqlite_integrity(Connection& connection);

}  // namespace monitora::sql
