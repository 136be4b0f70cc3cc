# Every library outside the project, found once. Debian 12's packages (tools/packages.txt) except
# FAISS, OpenVINO and the SQL parser, which tools/deps prepares under deps/.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n data)
find_package(GTest REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(md4c REQUIRED IMPORTED_TARGET md4c)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(xcrypt REQUIRED IMPORTED_TARGET libxcrypt)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(mariadb REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(odbc REQUIRED IMPORTED_TARGET odbc odbcinst)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_library(STEMMER_LIBRARY stemmer REQUIRED)

if(NOT EXISTS ${MONITORA_DEPS}/openvino/cmake)
  message(FATAL_ERROR "OpenVINO is not in ${MONITORA_DEPS}: run tools/deps/openvino.sh (./start and ./test do).")
endif()
find_package(OpenVINO REQUIRED COMPONENTS Runtime PATHS ${MONITORA_DEPS}/openvino/cmake NO_DEFAULT_PATH)

if(NOT EXISTS ${MONITORA_DEPS}/faiss/stamp)
  message(FATAL_ERROR "FAISS is not in ${MONITORA_DEPS}: run tools/deps/faiss.sh (./start and ./test do).")
endif()
find_library(OMP_LIBRARY omp PATHS /usr/lib/llvm-16/lib NO_DEFAULT_PATH REQUIRED)
add_library(monitora::faiss STATIC IMPORTED)
set_target_properties(monitora::faiss PROPERTIES
  IMPORTED_LOCATION ${MONITORA_DEPS}/faiss/lib/libfaiss.a
  INTERFACE_INCLUDE_DIRECTORIES "${MONITORA_DEPS}/faiss/include;/usr/lib/llvm-16/lib/clang/16/include"
  INTERFACE_LINK_OPTIONS LINKER:--gc-sections
  INTERFACE_LINK_LIBRARIES ${OMP_LIBRARY})

if(NOT EXISTS ${MONITORA_DEPS}/sql_parser/stamp)
  message(FATAL_ERROR "The SQL parser is not in ${MONITORA_DEPS}: run tools/deps/sql_parser.sh (./start and ./test do).")
endif()
add_library(monitora::sql_parser STATIC IMPORTED)
set_target_properties(monitora::sql_parser PROPERTIES
  IMPORTED_LOCATION ${MONITORA_DEPS}/sql_parser/libsql_parser.a
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS}")
