#include "generate_prompts.h"

namespace big {

void add_prompt_reading_options(OptionTable& table, const std::string& group, DrawOptions& options) {
  table
      .add(group, "prompt_syntax",
           "whether (weights:1.2), [a|b], [a:b:0.5], AND and BREAK are read (docs/prompts.md)",
           &options.generate.prompt_syntax)
      .placeholder("NAME")
      .choices({kWebUiSyntax, kPlainSyntax})
      .personal();
  table
      .add(group, "style", "words kept under a name, put on both prompts; several times for several",
           &options.style)
      .placeholder("NAME")
      .personal();
  table.add(group, "styles", "where they are kept: a styles.csv of the web UIs", &options.styles)
      .placeholder("FILE")
      .personal()
      .unset("models_dir's styles.csv");
  table
      .add(group, "clip_skip", "the text encoder's layer that is read, counted from the last, 1",
           &options.generate.clip_skip)
      .range(1, 1000)
      .unset("the model's own");
}

}  // namespace big
