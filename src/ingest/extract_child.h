// The hidden subcommand `monitora extract`: what runs in the child process that reads one untrusted
// file. The parent is make_child_extractor's (child_extractor.h).
#pragma once

namespace monitora::ingest {

// argv: "extract" <type> <parent's pid> <memory bytes> <cpu seconds> <output bytes>. Reads the file
// on descriptor 0 and writes the reply (protocol.h) on descriptor 1. To be called first thing in
// main(): before any thread, log or setting. Returns the exit status.
int extract_main(int argc, char** argv);

}  // namespace monitora::ingest
