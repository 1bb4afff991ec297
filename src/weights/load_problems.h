#pragma once

#include <c10/util/ArrayRef.h>

#include <string>
#include <vector>

namespace big {

/// What does not fit between a module and its file, gathered so that one message tells all of it.
class LoadProblems {
 public:
  void missing(const std::string& name) { missing_.push_back(name); }
  void surplus(const std::string& name) { surplus_.push_back(name); }
  void misshapen(const std::string& name, c10::IntArrayRef found, c10::IntArrayRef expected);
  /// Throws InputError naming `where`, the first ten of each kind and a guess at the cause; returns if there
  /// is nothing.
  void throw_if_any(const std::string& where) const;

 private:
  std::string guess() const;
  std::vector<std::string> missing_, surplus_, misshapen_;
  std::string shape_guess_;
};

}  // namespace big
