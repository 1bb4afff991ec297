#include "html_text.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(HtmlText, LeavesNothingThatAPageWouldRead) {
  EXPECT_EQ(html_text("<b a=\"1\" c='2'>&amp;</b> ä 狗"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt; ä 狗");
  EXPECT_EQ(html_text("a\xff\x1b"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(element("td", "<x>"), "<td>&lt;x&gt;</td>");
}

TEST(HtmlText, PicturesAreInThePageItself) {
  EXPECT_EQ(data_uri("image/png", "foobar"), "data:image/png;base64,Zm9vYmFy");
}

}  // namespace
}  // namespace big
