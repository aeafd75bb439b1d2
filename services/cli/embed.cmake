# Writes OUT, a C++ file with the text of FILE: cmake -DFILE=… -DOUT=… -P embed.cmake
file(READ ${FILE} text)
file(WRITE ${OUT} "// Made by services/cli/embed.cmake.
#include \"services/cli/demo_region.h\"

namespace overdracht::cli {

const char* DemoText() { return R\"text--(${text})text--\"; }

}  // namespace overdracht::cli
")
