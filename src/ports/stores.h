// Common to every store.
//
// A store method is one unit of work: one transaction, or one statement. The tenant (user or
// workspace) comes first and is in every WHERE. Absent and foreign rows are the same
// Status::not_found. All methods are thread-safe and blocking; they honour Deadline::current().
// Beside what each says: unavailable `database_unavailable` (pool saturated or server away),
// deadline_exceeded, internal. Texts are UTF-8 without NUL; ids are made by the caller or here,
// times by the store's Clock.
#pragma once

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/page.h"
