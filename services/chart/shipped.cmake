# Writes OUT, a C++ file with the text of every YAML file under ROOT: cmake -DROOT=… -DOUT=… -P shipped.cmake
file(GLOB files RELATIVE ${ROOT} ${ROOT}/*/*.yaml)
list(SORT files)
set(entries "")
foreach(file ${files})
  file(READ ${ROOT}/${file} text)
  string(APPEND entries "      {\"${file}\", R\"yaml--(${text})yaml--\"},\n")
endforeach()
file(WRITE ${OUT} "// Made by services/chart/shipped.cmake.
#include \"services/chart/read.h\"

namespace overdracht::chart {

const std::map<std::string, std::string>& ShippedWorkflows() {
  static const auto* files = new std::map<std::string, std::string>{
${entries}  };
  return *files;
}

}  // namespace overdracht::chart
")
