#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "big/core/json.h"

namespace big {

/// How often a metamodel was reminded of a subject.
struct ReplayedSubject {
  std::string identifier;
  int64_t rows = 0;   ///< replayed in the run that made the version
  int64_t total = 0;  ///< in all runs since it was learned
  int64_t last = 0;   ///< the version whose run showed it last, as a new subject or replayed
};

/// The entry of `identifier`, or one that says nothing.
ReplayedSubject replayed_subject(const std::vector<ReplayedSubject>& ledger, const std::string& identifier);

/// What is known after one more run: that of `version`, which learned `learned` (an entry of its own) and replayed
/// each of `earlier` as often as `rows` says. Subjects that are no more drop out.
std::vector<ReplayedSubject> next_ledger(const std::vector<ReplayedSubject>& before,
                                         const std::vector<std::string>& earlier,
                                         const std::vector<int64_t>& rows,
                                         const std::string& learned,
                                         int64_t version);

OrderedJson ledger_to_json(const std::vector<ReplayedSubject>& ledger);
/// Throws InputError naming `where` and the key.
std::vector<ReplayedSubject> ledger_from_json(const Json& list, const std::string& where);

}  // namespace big
