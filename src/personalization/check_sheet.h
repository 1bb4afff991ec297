#pragma once

#include <string>
#include <vector>

#include "big/personalization/check.h"

namespace big {

/// What a page shows of a subject, as <img> elements.
struct SubjectPictures {
  std::string photos, drawn;
};

/// The "nothing forgotten" page: what was measured, then each subject's kept photos beside what the model draws
/// (`pictures`, one for each of report.subjects). `how_drawn`: a sentence.
std::string check_sheet(const CheckReport& report,
                        const std::vector<SubjectPictures>& pictures,
                        const std::string& how_drawn);

}  // namespace big
