#pragma once

#include <map>
#include <string>
#include <vector>

namespace big {

/// "a sks dog": what an instance photo is trained with.
std::string instance_prompt(const std::string& identifier, const std::string& category);
/// "a dog": what class pictures are drawn from and trained with.
std::string class_prompt(const std::string& category);

/// What a photo with a caption is trained with. The identifier is put in where it is missing: before the
/// category where the caption names that ("a dog on a sofa" -> "a sks dog on a sofa"), else in front ("on a
/// sofa" -> "a sks dog, on a sofa").
std::string caption_prompt(const std::string& caption,
                           const std::string& identifier,
                           const std::string& category);

struct ExpandedPrompt {
  std::string text;                      ///< with categories put in
  std::vector<std::string> identifiers;  ///< found ones, in order of first appearance
};
/// Puts the category behind every known identifier: "sks on a beach" -> "sks dog on a beach". Identifiers are
/// case-sensitive and bounded by what is no letter or digit (of any script); a category that follows already
/// is not put twice. Works inside the web UIs' brackets: "(sks:1.2)" -> "(sks dog:1.2)", "[sks|cat]" ->
/// "[sks dog|cat]"; their numbers are no identifiers, and the category may follow behind: "(sks:1.2) dog".
/// Idempotent.
ExpandedPrompt expand_identifiers(const std::string& prompt,
                                  const std::map<std::string, std::string>& categories);

}  // namespace big
