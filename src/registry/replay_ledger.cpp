#include "big/registry/replay_ledger.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

ReplayedSubject replayed_subject(const std::vector<ReplayedSubject>& ledger, const std::string& identifier) {
  const auto found = std::find_if(ledger.begin(), ledger.end(),
                                  [&](const ReplayedSubject& entry) { return entry.identifier == identifier; });
  return found == ledger.end() ? ReplayedSubject{identifier} : *found;
}

std::vector<ReplayedSubject> next_ledger(const std::vector<ReplayedSubject>& before,
                                         const std::vector<std::string>& earlier,
                                         const std::vector<int64_t>& rows,
                                         const std::string& learned,
                                         int64_t version) {
  std::vector<ReplayedSubject> ledger;
  for (size_t i = 0; i < earlier.size(); ++i) {
    ReplayedSubject entry = replayed_subject(before, earlier[i]);
    entry.rows = rows.at(i);
    entry.total += entry.rows;
    if (entry.rows > 0) entry.last = version;
    ledger.push_back(entry);
  }
  ledger.push_back({learned, 0, 0, version});
  return ledger;
}

OrderedJson ledger_to_json(const std::vector<ReplayedSubject>& ledger) {
  OrderedJson list = OrderedJson::array();
  for (const auto& entry : ledger)
    list.push_back(
        {{"identifier", entry.identifier}, {"rows", entry.rows}, {"total", entry.total}, {"last", entry.last}});
  return list;
}

std::vector<ReplayedSubject> ledger_from_json(const Json& list, const std::string& where) {
  if (!list.is_array()) throw InputError(concat(where, " is ", type_name(list), ", expected a list of objects"));
  std::vector<ReplayedSubject> ledger;
  for (const Json& element : list) {
    const JsonView view(element, concat(where, '[', ledger.size(), ']'));
    ledger.push_back({view.get<std::string>("identifier"), view.get<int64_t>("rows"), view.get<int64_t>("total"),
                      view.get<int64_t>("last")});
  }
  return ledger;
}

}  // namespace big
