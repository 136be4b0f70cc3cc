// The TextExtractor that reads each file in a process of its own: limited, without network, and
// killed with everything it started when its time is over. A hostile file costs one failed
// document.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "ports/text_extractor.h"

namespace monitora::ingest {

struct ExtractorOptions {
  // Runs `<program> extract …`, which must call extract_main (extract_child.h).
  std::filesystem::path program = "/proc/self/exe";
  std::uint64_t memory_bytes = 512ull << 20;  // of the child, and again of the program it starts
  unsigned cpu_seconds = 30;
  std::chrono::milliseconds wall = std::chrono::seconds(60);
  std::uint64_t output_bytes = 32ull << 20;  // of text: some 10,000 dense pages
};

// extract() blocks the calling thread until the child has ended, at most until Deadline::current()
// (then deadline_exceeded, or cancelled when its stop was requested). Any number of threads may
// call; each call is one child. A system on which part of the isolation is missing is told of in
// the log, once; one without seccomp reads no document (an internal error says so).
std::unique_ptr<TextExtractor> make_child_extractor(ExtractorOptions options = {});

}  // namespace monitora::ingest
