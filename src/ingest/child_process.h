// Starts one program on one input file and collects what it writes, within limits. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace monitora::ingest {

struct ChildRun {
  enum class End { exited, signalled, wall_limit, output_limit };
  End end = End::exited;
  int code = 0;  // exit status or signal number
  std::string output;
};

// posix_spawn (no fork of a process with threads): a process group of its own, an empty
// environment, `input` as descriptor 0, a pipe as 1, nothing else open. The whole group is killed
// at `wall`, at the caller's Deadline (an error: deadline_exceeded or cancelled) and when
// `output_bytes` is passed. Errors besides: internal (cannot start), not_found (no such input).
Result<ChildRun> run_child(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments,
                           const std::filesystem::path& input, std::chrono::milliseconds wall,
                           std::uint64_t output_bytes);

}  // namespace monitora::ingest
