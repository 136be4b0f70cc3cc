// The walls around a process that reads a hostile file. Linux only; called in the child, once,
// while it has one thread.
#pragma once

#include <cstdint>

namespace monitora::ingest {

struct ChildLimits {
  std::uint64_t memory_bytes = 0;  // of address space, beyond what the program itself occupies
  unsigned cpu_seconds = 0;
};

// No core dump, no gained privileges, limits on memory, CPU time, file sizes and open files; death
// with `parent`; then, where the system allows each: a network namespace, Landlock, seccomp.
// Returns the Isolation flags (protocol.h) of what is in force; the caller decides whether that is
// enough.
std::uint8_t isolate_process(const ChildLimits& limits, int parent);

// Further: no file is opened and no program started any more. For parsers in this process.
// False when the system has no seccomp.
bool forbid_files_and_programs();

// Further: no new process or thread. For the program that the child starts, before its exec.
void forbid_new_processes();

}  // namespace monitora::ingest
