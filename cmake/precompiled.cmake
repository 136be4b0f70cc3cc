# Everything reads the headers that most files include once, which saves one to one and a half seconds a file. A file
# has to name what it uses all the same: -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON shows what is missing.
function(monitora_precompiled name)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cc)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
  target_link_libraries(${name} PRIVATE fmt::fmt Boost::json)
  target_precompile_headers(${name} PRIVATE <algorithm> <chrono> <filesystem> <functional> <map> <memory> <mutex> <optional>
    <span> <string> <string_view> <vector> <boost/json.hpp> <fmt/format.h> ${ARGN})
endfunction()

# So that ccache knows two precompiled headers of one content as the same.
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
monitora_precompiled(monitora_test_headers <gtest/gtest.h> <gmock/gmock.h>)
target_compile_options(monitora_test_headers PRIVATE -O0 -fPIE) # as programs are compiled
target_link_libraries(monitora_test_headers PRIVATE GTest::gmock)
monitora_precompiled(monitora_headers)
