# gradc: make, make test, make demo, make install. `make setup` installs what is missing.
#
# BLAS=auto      lets libgradc.a use the CBLAS and LAPACK of programs that link them, if this machine has them
# BLAS=yes, no   the same, but fails without a CBLAS; uses none
# SANITIZE=LIST  builds with these sanitizers, into build/sanitize
# NATIVE=yes     compiles libgradc.a for this machine's processor only

VERSION = 0.1.0
PREFIX ?= /usr/local
CC ?= cc
CXX ?= c++
ifeq ($(origin CC),default)
CC = gcc
endif
FLEX ?= flex
BISON ?= bison
CFLAGS ?= -O2 -g
RUNTIME_CFLAGS ?= -O3

ifdef SANITIZE
BUILD = build/sanitize
GRADC = $(BUILD)/gradc
SANITIZER = -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -DGRADC_VERIFY_PASSES
else
BUILD = build
GRADC = gradc
SANITIZER =
endif

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# The compiler's rooms, src/ first; no two files of them share a name.
FOLDERS = src $(patsubst %/,%,$(sort $(dir $(wildcard src/*/*.c))))
SOURCES = $(foreach folder,$(FOLDERS),$(wildcard $(folder)/*.c))
vpath %.c $(FOLDERS)
COMPILER_FLAGS = -std=c11 $(WARNINGS) -D_POSIX_C_SOURCE=200809L -DGRADC_VERSION='"$(VERSION)"' $(FOLDERS:%=-iquote %) -iquote $(BUILD) -iquote grammar
RUNTIME_FLAGS = -std=c99 $(WARNINGS) -fPIC -Iruntime
# flex and bison do not write code for -Wconversion.
GENERATED_FLAGS = -Wno-conversion -Wno-sign-conversion -Wno-shadow -Wno-unused-function -Wno-unused-but-set-variable

LEXERS = $(wildcard grammar/*.l)
PARSERS = $(wildcard grammar/*.y)
GENERATED = $(LEXERS:grammar/%.l=$(BUILD)/%.o) $(PARSERS:grammar/%.y=$(BUILD)/%.o)
HEADERS = $(LEXERS:grammar/%.l=$(BUILD)/%.h) $(PARSERS:grammar/%.y=$(BUILD)/%.h)
TEXTS = $(BUILD)/runtime_text.o $(BUILD)/prelude_text.o $(BUILD)/library_text.o $(BUILD)/bindings_text.o $(BUILD)/classes_text.o $(BUILD)/rust_text.o $(BUILD)/caller_text.o $(BUILD)/manual_text.o
OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(notdir $(filter-out src/main.c,$(SOURCES)))) $(GENERATED) $(TEXTS)
RUNTIME_SOURCES = $(wildcard runtime/*.c)
RUNTIME_OBJECTS = $(RUNTIME_SOURCES:runtime/%.c=$(BUILD)/runtime/%.o)
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

# ---- What this machine has ----

# Large matrix products call the CBLAS, large factorisations the LAPACK of programs that link one. The references are
# weak, so that programs that link none work too, with the runtime's own kernels.
BLAS ?= auto
ifeq ($(BLAS),no)
BLAS_FOUND =
else
BLAS_FOUND := $(shell tools/probe.sh "$(CC)")
endif
ifeq ($(BLAS)$(strip $(BLAS_FOUND)),yes)
$(error BLAS=yes, but there is no CBLAS to link. Debian has one in libopenblas-dev)
endif
BLAS_LIBS = $(filter-out lapack,$(BLAS_FOUND))
BLAS_FLAGS = $(if $(BLAS_LIBS),-DGRADC_CBLAS) $(if $(filter lapack,$(BLAS_FOUND)),-DGRADC_LAPACK)
BLAS_WORDS = own kernels$(if $(BLAS_LIBS),$(comma) or by the BLAS of programs that link one (here $(BLAS_LIBS)))
comma = ,
NATIVE ?= no
ifeq ($(NATIVE),yes)
RUNTIME_CFLAGS += -march=native
endif

# ---- Building ----

.PHONY: amalgamation dist deb always all setup test run-tests random-tools hostile fuzz fuzz-objects test-sanitize test-random test-compilers test-accuracy coverage bless bench demo playground pictures format format-check clean install uninstall
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

all: $(GRADC) $(BUILD)/libgradc.a

ifneq ($(wildcard src/main.c),)
$(GRADC): $(BUILD)/main.o $(BUILD)/libcompiler.a
	$(CC) $(CFLAGS) $(SANITIZER) $(LDFLAGS) -pthread -o $@ $^ -lm
else
.PHONY: $(GRADC)
$(GRADC): $(BUILD)/libcompiler.a
endif

$(BUILD)/libcompiler.a: $(OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libgradc.a: $(RUNTIME_OBJECTS)
	@rm -f $@
	ar rcs $@ $^
	@echo "libgradc.a: matrix products by $(BLAS_WORDS)"

# A .d names the place where the source stood when it was written. Of two files of a name, such as a main.c that someone
# tries beside this file, that of the compiler's rooms is meant.
$(patsubst %.c,$(BUILD)/%.o,$(notdir $(SOURCES))): $(BUILD)/%.o: %.c | $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMPILER_FLAGS) $(CFLAGS) $(SANITIZER) -MMD -MP -c -o $@ $(firstword $(wildcard $(FOLDERS:%=%/$*.c)) $<)

$(BUILD)/%.o: $(BUILD)/%.c | $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMPILER_FLAGS) $(CFLAGS) $(SANITIZER) $(GENERATED_FLAGS) -MMD -MP -c -o $@ $<

# Products and sums may be fused in matrix products, nowhere else.
$(BUILD)/runtime/matmul.o: RUNTIME_FLAGS += -ffp-contract=fast

$(BUILD)/runtime/%.o: runtime/%.c $(BUILD)/runtime/flags
	@mkdir -p $(@D)
	$(CC) $(RUNTIME_FLAGS) $(RUNTIME_CFLAGS) $(BLAS_FLAGS) $(SANITIZER) -MMD -MP -c -o $@ $<

# Holds the flags that libgradc.a was built with, so that other flags build it anew.
$(BUILD)/runtime/flags: always
	@mkdir -p $(@D)
	@echo '$(CC) $(RUNTIME_CFLAGS) $(BLAS_FLAGS) $(SANITIZER)' | cmp -s - $@ || \
	    echo '$(CC) $(RUNTIME_CFLAGS) $(BLAS_FLAGS) $(SANITIZER)' > $@

# A tarball (make dist) has what flex and bison make.
ifneq ($(wildcard grammar/generated),)
$(BUILD)/%.c $(BUILD)/%.h: grammar/generated/%.c grammar/generated/%.h
	@mkdir -p $(@D)
	cp grammar/generated/$*.c grammar/generated/$*.h $(@D)
else
$(BUILD)/%.c $(BUILD)/%.h: grammar/%.l
	@mkdir -p $(@D)
	@command -v $(FLEX) > /dev/null || { tools/setup.sh --missing; exit 1; }
	$(FLEX) --header-file=$(BUILD)/$*.h -o $(BUILD)/$*.c $<

$(BUILD)/%.c $(BUILD)/%.h: grammar/%.y
	@mkdir -p $(@D)
	@command -v $(BISON) > /dev/null || { tools/setup.sh --missing; exit 1; }
	$(BISON) --header=$(BUILD)/$*.h -o $(BUILD)/$*.c $<
endif

$(BUILD)/runtime_text.c: tools/embed.sh $(wildcard runtime/*.c runtime/*.h)
	@mkdir -p $(@D)
	tools/embed.sh runtime runtime > $@

$(BUILD)/prelude_text.c: tools/embed.sh src/elaborate/prelude.nn
	@mkdir -p $(@D)
	tools/embed.sh text src/elaborate/prelude.nn prelude > $@

$(BUILD)/library_text.c: tools/embed.sh $(wildcard src/elaborate/library/*.nn)
	@mkdir -p $(@D)
	tools/embed.sh library src/elaborate/library > $@

$(BUILD)/caller_text.c: tools/embed.sh src/validate/caller.c.in
	@mkdir -p $(@D)
	tools/embed.sh text src/validate/caller.c.in caller > $@

# What the language server says of library functions.
$(BUILD)/manual_text.c: tools/embed.sh docs/language.md
	@mkdir -p $(@D)
	sed -n '/^## 11/,/^## 12/p' docs/language.md > $(BUILD)/library.md
	tools/embed.sh text $(BUILD)/library.md manual > $@

$(BUILD)/bindings_text.c: tools/embed.sh python/gradc/functions.py
	@mkdir -p $(@D)
	tools/embed.sh text python/gradc/functions.py bindings > $@

$(BUILD)/classes_text.c: tools/embed.sh src/bind/classes.hpp
	@mkdir -p $(@D)
	tools/embed.sh text src/bind/classes.hpp classes > $@

$(BUILD)/rust_text.c: tools/embed.sh src/bind/module.rs
	@mkdir -p $(@D)
	tools/embed.sh text src/bind/module.rs rust > $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/runtime/*.d $(BUILD)/tests/*.d $(BUILD)/random/*.d)
# A source that has been moved since: its object is made anew.
src/%.c: ;

# ---- Tests ----

CHECK_LIBS = $(shell pkg-config --libs check 2> /dev/null || echo -lcheck)

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libcompiler.a $(BUILD)/libgradc.a
	@mkdir -p $(@D)
	$(CC) $(COMPILER_FLAGS) -Wno-overlength-strings -Iruntime $(BLAS_FLAGS) $(CFLAGS) $(SANITIZER) -MMD -MP -MF $@.d -o $@ $< \
	    $(BUILD)/libcompiler.a $(BUILD)/libgradc.a $(CHECK_LIBS) $(BLAS_LIBS) -pthread -lm

# The generator of random programs, what runs them, and what makes a program that fails smaller.
DRAWING = $(filter-out generate shrink in_process reductions,$(patsubst tests/random/%.c,%,$(wildcard tests/random/*.c)))
RANDOM_FLAGS = -std=c11 $(WARNINGS) -iquote tests/random $(CFLAGS) $(SANITIZER) -MMD -MP
RANDOM_TOOLS = $(BUILD)/random/generate $(BUILD)/random/shrink $(BUILD)/random/in_process $(BUILD)/random/driver

random-tools: all $(RANDOM_TOOLS)

$(BUILD)/random/%.o: tests/random/%.c
	@mkdir -p $(@D)
	$(CC) $(RANDOM_FLAGS) -c -o $@ $<

$(BUILD)/random/in_process.o: RANDOM_FLAGS += $(FOLDERS:%=-iquote %) -iquote $(BUILD) -iquote grammar
$(BUILD)/random/in_process.o: | $(HEADERS)

$(BUILD)/random/generate $(BUILD)/random/shrink $(BUILD)/random/in_process: $(BUILD)/random/%: $(BUILD)/random/%.o \
    $(DRAWING:%=$(BUILD)/random/%.o) $(BUILD)/libcompiler.a
	$(CC) $(CFLAGS) $(SANITIZER) $(LDFLAGS) -o $@ $^ -lm

DRIVER = $(wildcard tests/run/driver/*.c)
$(BUILD)/random/driver: $(DRIVER) tests/run/driver/driver.h
	@mkdir -p $(@D)
	$(CC) -std=c99 -O1 -g -Wall -Wextra $(SANITIZER) -o $@ $(DRIVER) -ldl -lm

setup:
	@CC="$(CC)" BLAS="$(BLAS)" tools/setup.sh

# Packages first, then a fresh make that sees them.
test: setup
	@$(MAKE) --no-print-directory run-tests

run-tests: all random-tools $(UNIT_TESTS)
	@CC="$(CC)" GRADC=$(abspath $(GRADC)) BUILD=$(abspath $(BUILD)) tools/test.sh $(UNIT_TESTS)

test-sanitize: setup
	@$(MAKE) --no-print-directory SANITIZE=address,undefined run-tests

# The emitted C and the runtime under all compilers, flags and machines that there are.
test-compilers: all
	tests/compilers.sh all
	LONG=1000000000 tests/run.sh

# N random functions in process, without a C compiler.
N ?= 20000
FIRST ?= 1
test-random: random-tools
	@mkdir -p $(BUILD)/found/$(FIRST)
	@$(BUILD)/random/in_process $(FIRST) 0 $(N) $(BUILD)/found/$(FIRST)

# Errors of the runtime's functions in units in the last place: SAMPLES of float64 against MPFR, each number of float32.
SAMPLES ?= 10000000
ACCURACY = exp expm1 tanh sigmoid log log1p erf sin cos atan asin acos sinh cosh asinh acosh atanh \
    tan erfc lgamma digamma 'polygamma 1' erfcx erfinv i0e i1e j0 j1
$(BUILD)/tests/accuracy: tests/accuracy/accuracy.c tests/unit/vecmath_loops.h $(BUILD)/libgradc.a
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) -Iruntime $(CFLAGS) -O3 -march=native $(SANITIZER) -o $@ $< $(BUILD)/libgradc.a -lmpfr -lgmp -lm

test-accuracy: all
	@tools/setup.sh accuracy
	@$(MAKE) --no-print-directory $(BUILD)/tests/accuracy
	@printf '%s\n' $(ACCURACY) | xargs -d '\n' -n 1 -P 2 $(BUILD)/tests/accuracy $(SAMPLES) 1

# The share of the lines and branches of src/ and runtime/ that the tests run; which they do not is in
# build/coverage/lines.txt and branches.txt. Functions are not made a part of others, which would count the branches of
# the runtime's products once for each number of rows and columns.
COVERED = -g --coverage -fprofile-update=atomic -DGRADC_INLINE="static __attribute__((unused, noinline))"
COUNTED = --root . --filter src/ --filter runtime/ --gcov-ignore-parse-errors
coverage:
	@tools/setup.sh coverage
	@mkdir -p build/coverage
	@printf '#!/bin/sh\nexec gcc "$$@" -lgcov\n' > build/coverage/cc && chmod +x build/coverage/cc
	-@$(MAKE) --no-print-directory CC=$(CURDIR)/build/coverage/cc BUILD=build/coverage GRADC=build/coverage/gradc \
		CFLAGS='-O0 $(COVERED)' RUNTIME_CFLAGS='-O1 $(COVERED)' run-tests
	@gcovr $(COUNTED) --output build/coverage/lines.txt build/coverage
	@gcovr $(COUNTED) --branches --print-summary --output build/coverage/branches.txt build/coverage

# Programs ten times as large as in the tests, with their times.
hostile: all
	@GRADC=$(abspath $(GRADC)) tests/hostile.sh --large

# Text and structure invented by libFuzzer, SECONDS for each; what was found is left in build/fuzz.
SECONDS ?= 60
FUZZ_CC ?= clang-14
fuzz:
	@FUZZ_CC="$(FUZZ_CC)" tests/fuzz/run.sh $(SECONDS)

# For fuzz/run.sh: the compiler's files with libFuzzer's counters.
fuzz-objects: $(OBJECTS) $(BUILD)/fuzz_main.o

$(BUILD)/fuzz_main.o: src/main.c | $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COMPILER_FLAGS) $(CFLAGS) $(SANITIZER) -Dmain=gradc_main -Wno-missing-prototypes -MMD -MP -c -o $@ $<

bless: all
	@tests/golden.sh --bless

demo: setup
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory -C examples/digits demo CC="$(CC)" GRADC=$(abspath gradc) ROOT=$(abspath .)

bench: all
	@CC="$(CC)" bench/run.sh

# The compiler for browsers, with Emscripten.
playground: all
	@command -v emcc > /dev/null || { echo 'emcc is missing: tools/setup.sh playground installs it (Debian: emscripten)'; exit 1; }
	@$(MAKE) --no-print-directory -C docs/playground
	@echo 'open docs/playground/index.html in a browser'

# ---- House-keeping ----

FORMATTED = $(wildcard src/*.c src/*.h src/*/*.c src/*/*.h runtime/*.c runtime/*.h tests/unit/*.c tests/unit/*.h tests/accuracy/*.c tests/run/driver/*.c tests/run/driver/*.h bench/*.c bench/*.h bench/*.cpp)
CLANG_FORMAT ?= $(shell command -v clang-format-14 || echo clang-format)

# Those of the documents: each program of docs/pictures/, at the point beside it, and the chart of the benchmarks. Look at
# what changed before committing.
pictures: all
	@bench/chart.sh < docs/benchmarks.md > docs/pictures/benchmarks.svg
	@for program in docs/pictures/*.nn; do \
	    base=$${program%.nn}; set --; \
	    if [ -e "$$base.at" ]; then set -- --at "$$(cat "$$base.at")"; fi; \
	    $(abspath $(GRADC)) --emit=svg "$$@" "$$program" -o "$$base.svg" || exit 1; \
	done

format:
	$(CLANG_FORMAT) -i $(FORMATTED)

format-check:
	$(CLANG_FORMAT) --dry-run --Werror $(FORMATTED)

clean:
	rm -rf build gradc

# ---- Packages ----

# The compiler as one file, which needs Python to be made and a C compiler to be built.
$(BUILD)/gradc.c: tools/amalgamate.py $(SOURCES) $(wildcard src/*/*.h src/*.h src/*/*.def) $(HEADERS) $(TEXTS:.o=.c)
	CC="$(CC)" python3 tools/amalgamate.py $(VERSION) $(BUILD) $(BUILD)/lexer.c $(TEXTS:.o=.c) $(SOURCES) \
	    $(BUILD)/parser.c > $@

amalgamation: $(BUILD)/gradc.c

# What is under version control, with the generated scanner and parser: builds without flex and bison.
dist: $(HEADERS)
	tools/dist.sh $(BUILD) $(VERSION)

# A package for Debian and its like.
deb: all
	@rm -rf $(BUILD)/deb
	@$(MAKE) --no-print-directory install DESTDIR=$(abspath $(BUILD))/deb PREFIX=/usr > /dev/null
	tools/deb.sh $(BUILD) $(VERSION)

# ---- Installing ----

TO = '$(DESTDIR)$(PREFIX)'

# The installed library also has gcc's code that tells which vectors a processor has, for linkers that do not bring
# libgcc, such as tcc's.
install: all
	install -d $(TO)/bin $(TO)/lib/pkgconfig $(TO)/include
	install -m 755 $(GRADC) $(TO)/bin/gradc
	install -m 644 $(BUILD)/libgradc.a $(TO)/lib/libgradc.a
	@libgcc=$$($(CC) -print-libgcc-file-name 2> /dev/null) && (cd $(BUILD)/runtime && ar x "$$libgcc" cpuinfo.o) \
	    2> /dev/null && ar qs $(TO)/lib/libgradc.a $(BUILD)/runtime/cpuinfo.o || true
	install -d $(TO)/lib/cmake/gradc
	sed -e 's|@VERSION@|$(VERSION)|' tools/cmake/gradcConfigVersion.cmake.in \
	    > $(TO)/lib/cmake/gradc/gradcConfigVersion.cmake
	install -m 644 tools/cmake/gradcConfig.cmake $(TO)/lib/cmake/gradc
	install -m 644 $(wildcard runtime/gradc*.h) $(TO)/include
	sed -e 's|@VERSION@|$(VERSION)|' -e 's|@BLAS@|$(BLAS_LIBS)|' tools/gradc.pc.in \
	    > $(TO)/lib/pkgconfig/gradc.pc
	install -d $(TO)/share/gradc/python/gradc
	install -m 644 python/pyproject.toml python/backend.py $(TO)/share/gradc/python
	install -m 644 python/gradc/*.py $(TO)/share/gradc/python/gradc
	@(cd editors && find . -type f) | while read -r file; do \
	    install -D -m 644 "editors/$$file" $(TO)/share/gradc/editors/"$$file" || exit 1; done
	install -d $(TO)/share/man/man1 $(TO)/share/man/man5
	tools/man.sh $(abspath $(GRADC)) $(VERSION) '$(PREFIX)' docs/man/gradc.1.in > $(TO)/share/man/man1/gradc.1
	tools/man.sh $(abspath $(GRADC)) $(VERSION) '$(PREFIX)' docs/man/gradc.5.in > $(TO)/share/man/man5/gradc.5
	install -D -m 644 tools/completion/gradc.bash $(TO)/share/bash-completion/completions/gradc
	install -D -m 644 tools/completion/_gradc $(TO)/share/zsh/site-functions/_gradc
	install -D -m 644 tools/completion/gradc.fish $(TO)/share/fish/vendor_completions.d/gradc.fish
	install -d $(TO)/share/doc/gradc
	install -m 644 $(wildcard README.md LICENSE docs/*.md) $(TO)/share/doc/gradc

uninstall:
	rm -f $(TO)/bin/gradc $(TO)/lib/libgradc.a \
	    $(TO)/lib/pkgconfig/gradc.pc $(TO)/include/gradc.h \
	    $(patsubst runtime/%,$(TO)/include/%,$(wildcard runtime/gradc_*.h))
	rm -f $(TO)/share/man/man1/gradc.1 $(TO)/share/man/man5/gradc.5 $(TO)/share/bash-completion/completions/gradc \
	    $(TO)/share/zsh/site-functions/_gradc $(TO)/share/fish/vendor_completions.d/gradc.fish
	rm -rf $(TO)/share/doc/gradc $(TO)/share/gradc $(TO)/lib/cmake/gradc
