# Targets that show and test.  Included by the top Makefile.
#
#   demo          two bundles: of this machine, and of a recorded Xen host
#   check         all tests, and what only clang, or fewer libraries, build
#   check-fast    the tests only;  T='cli/verify*' picks tests
#   check-xen     a real Xen with guests, in an emulated machine; BOOTS='main'
#                 picks boots, STORE=-s stores the recorded hosts
#   check-faults  processes killed, calls that fail, full disks, hostile input;
#                 T='kill inject=worker:write' picks, FAULTS_FULL=1 tries all
#                 points, FAULTS_TIMES=10 ten times as many
#   coverage      lines that unit tests and fuzzers' corpora ran, by folder;
#                 ARGS=-v lists the others
#   analyze       cppcheck, gcc -fanalyzer and clang-tidy over the programs
#   asan, tsan    the tests against one sanitizer's build
#   layers        who may include whom          format-check, format
#   fuzz          each fuzzer for FUZZ_SECONDS, with clang's libFuzzer
#   soak          a line of 1 GiB, a value of 100 MiB, both engines on many texts,
#                 a bundle of 1 GiB over lines that are cut, the commands under
#                 valgrind, bombs of 10 GiB, every byte of a bundle changed,
#                 calls that fail at ten times as many points
#   bench         our speed and memory against the peers'; ROWS=verify picks
#   setup         installs what check needs and lacks
#   expected      writes tests/hosts/NAME.{expected,summary} anew, to be read and
#                 committed
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
T ?=
# What starts make itself must be marked with +, and then runs for "make -n" too.
run = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),echo,env)
# -j only where the caller gave none: its job server is shared then.
submake = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
demo_root = $(CURDIR)/build/stage/root

setup:
	@sh tests/setup.sh check

demo:
	@sh tests/setup.sh build
	@+$(submake) BUILD=build/stage prefix='$(demo_root)' \
	  sysconfdir='$(demo_root)/etc' WERROR= install
	@sh tests/demo.sh '$(demo_root)/sbin/xen-bugtool' build/demo

check check-fast check-faults asan tsan: setup
	@+$(run) MAKE='$(submake)' bash tests/check.sh $@ '$(T)'

BOOTS ?=
STORE ?=
check-xen: setup
	@+$(run) MAKEFLAGS= bash tests/xen/check.sh $(STORE) build/check-xen $(BOOTS)

# ARGS: --pairs 3, --size 128 (tests/bench/bench.py --help)
bench:
	@+$(run) sh tests/bench/bench.sh '$(submake)' $(ARGS) $(ROWS)

soak:
	@+$(submake) BUILD=build/stage prefix='$(demo_root)' \
	  sysconfdir='$(demo_root)/etc' install build/stage/unit/test_redact_fixed
	@+$(submake) BUILD=build/stage-nohs HS=no \
	  build/stage-nohs/unit/test_redact_fixed
	@/usr/bin/python3 tests/soak.py '$(demo_root)/sbin/xen-bugtool' \
	  build/stage/unit/test_redact_fixed \
	  build/stage-nohs/unit/test_redact_fixed $(ARGS)
	@bash tests/send/large.sh '$(demo_root)/sbin/xen-bugtool'
	@/usr/bin/python3 tests/valgrind.py '$(demo_root)/sbin/xen-bugtool'
	@+FAULTS_FULL=1 $(submake) check-faults T='bundles=bombs,bytes'
	@+FAULTS_TIMES=10 $(submake) check-faults T=inject

expected:
	@+$(submake) BUILD=build/stage prefix='$(demo_root)' \
	  sysconfdir='$(demo_root)/etc' install
	@rm -rf build/expected; mkdir -p build/expected
	@for host in tests/hosts/*/; do name=$$(basename $$host); \
	  $(demo_root)/sbin/xen-bugtool collect -y -q --replay $$host \
	    -o build/expected/$$name.tar.bz2 >/dev/null && \
	  /usr/bin/python3 tests/cli/expected.py build/expected/$$name.tar.bz2 \
	    >tests/hosts/$$name.expected && \
	  $(demo_root)/sbin/xen-bugtool inspect build/expected/$$name.tar.bz2 \
	    summary.txt >tests/hosts/$$name.summary || exit 1; done

layers:
	@sh tests/layers.sh

C_FILES = $(shell find collector plugins redact tests -name '*.[ch]' | sort)
format-check:
	@clang-format --dry-run -Werror $(C_FILES)
format:
	clang-format -i $(C_FILES)

# A fuzzer is one fuzz_NAME.c with LLVMFuzzerTestOneInput.  The plain build
# links it with fuzz_main.c, which feeds it saved files.
FUZZ_NAMES := $(filter-out main,$(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC)))
FUZZERS    := $(FUZZ_NAMES:%=$(BUILD)/fuzz/%)
$(call obj,$(FUZZ_SRC)): EXTRA_CFLAGS = $(WORKER_CFLAGS)
FUZZ_MAIN ?= $(BUILD)/tests/fuzz/fuzz_main.o
FUZZ_LDFLAGS ?=
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) \
		$(BUILD)/worker.a $(BUILD)/front.a $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) $(FUZZ_LDFLAGS) -o $@ $^ \
	  $(WORKER_LIBS)
# One of the sending program is fuzz_send_NAME.c.
$(BUILD)/fuzz/send_%: $(BUILD)/tests/fuzz/fuzz_send_%.o $(FUZZ_MAIN) \
		$(BUILD)/send.a $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) $(FUZZ_LDFLAGS) -o $@ $^ \
	  $(SEND_LIBS)
fuzzers: $(FUZZERS)

# What the tests in a browser make their pages with.
$(BUILD)/tests/browser/make_page.o: EXTRA_CFLAGS = $(WORKER_CFLAGS)
$(BUILD)/browser/make_page: $(BUILD)/tests/browser/make_page.o \
		$(BUILD)/worker.a $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(WORKER_LIBS)
browser: $(BUILD)/browser/make_page

# What the table of faults makes calls fail with.
$(BUILD)/faults/inject.so: tests/faults/inject.c
	$(call say,CC,$<)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -O1 -g -shared \
	  -fPIC -fno-builtin -o $@ $<
faults: $(BUILD)/faults/inject.so

# Of the search for words a fuzzer learns nothing by its comparisons, of which
# there are some for each byte, nor of the packing of blocks; and freed memory is
# not kept back by the 256 MiB, as touching ever new pages takes longer than the
# run itself.
# What is wrong in a sorter shows in a short text.
# Of "report" the sanitizer's allocator keeps some more for each text of each run;
# without it the same runs stay at 6 MiB.
build/fuzz/redact/words.o $(patsubst %,build/fuzz/collector/pack/%.o,bwt bz2 \
	bz2_crc bz2_own bz2_huffman): EXTRA_CFLAGS += -fno-sanitize-coverage=trace-cmp
fuzz: setup
	@+$(submake) BUILD=build/fuzz CC=clang FUZZ_MAIN= \
	  SANITIZE=address,undefined,fuzzer-no-link FUZZ_LDFLAGS=-fsanitize=fuzzer \
	  CFLAGS='-O1 -g -fno-sanitize-recover=all' fuzzers
	@for f in $(FUZZ_NAMES); do mkdir -p build/fuzz/found/$$f; \
	  echo "fuzz: $$f, $(FUZZ_SECONDS) s"; \
	  ASAN_OPTIONS=quarantine_size_mb=16 \
	  build/fuzz/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) \
	    -rss_limit_mb=$$(test $$f = report && echo 1024 || echo 512) \
	    $$(test $$f = bwt && echo -max_len=2002) \
	    -artifact_prefix=build/fuzz/found/ build/fuzz/found/$$f \
	    tests/fuzz/corpus/$$f || exit 1; done

# What is suppressed of cppcheck, and why.  arrayIndexThenCheck: the index ends at
# the NUL of a text, what is checked behind it is another bound.  bz2_huffman.c:
# an alphabet has two symbols at least.  Of gcc: in bz2.c it does not see that
# shift_bytes gets no more bytes than there are.  .clang-tidy has its own.
TIDY_FILES = $(filter-out $(SORTER_NOT),$(shell find collector plugins redact \
	-name '*.c' | sort))
$(BUILD)/collector/pack/bz2.o: private ALL_CFLAGS += \
	$(if $(findstring -fanalyzer,$(CFLAGS)),-Wno-analyzer-use-of-uninitialized-value)
analyze: setup
	cppcheck -q -j$(JOBS) --std=c11 --enable=warning,portability \
	  --inline-suppr --suppress=missingInclude \
	  --suppress=arrayIndexThenCheck \
	  --suppress=uninitvar:collector/pack/bz2_huffman.c \
	  --error-exitcode=1 -D_GNU_SOURCE -I. collector redact plugins
	@+$(submake) BUILD=build/analyze CC=gcc CFLAGS='-O1 -g -fanalyzer' all
	@printf '%s\n' $(TIDY_FILES) | xargs -P$(JOBS) -n1 sh -c \
	  'clang-tidy --quiet "$$@" -- $(filter-out -MMD -MP,$(ALL_CFLAGS)) \
	  -Ibuild/analyze $(WORKER_CFLAGS) $(PROBE_CFLAGS) $(SEND_CFLAGS)' sh

# Of the units; what only whole programs run (front, commands) counts less.  Some
# write what they ran when they have another user's rights already.
coverage: setup
	@+$(submake) BUILD=build/coverage build/coverage/tests/coverage_exit.o
	@+$(submake) BUILD=build/coverage HARDEN_C= \
	  LDFLAGS='-Wl,--wrap=_exit build/coverage/tests/coverage_exit.o' \
	  CFLAGS='-O0 --coverage -fprofile-update=atomic' units fuzzers
	@find build/coverage -name '*.gcda' -delete
	@umask 0; find build/coverage -name '*.gcno' | sed 's/no$$/da/' | xargs touch
	@for t in $(CURDIR)/build/coverage/unit/test_*; do \
	  case $$t in *.log) continue;; esac; \
	  rm -rf build/coverage/work; mkdir build/coverage/work; \
	  (cd build/coverage/work && TOP='$(CURDIR)' $$t >$$t.log 2>&1) || \
	    { echo "coverage: $$t failed"; exit 1; }; done
	@for f in $(FUZZ_NAMES); do \
	  build/coverage/fuzz/$$f tests/fuzz/corpus/$$f >/dev/null || exit 1; done
	@find build/coverage -name '*.gcda' -size 0 -delete
	@/usr/bin/python3 tests/coverage.py build/coverage $(ARGS)

.PHONY: analyze coverage setup demo expected check check-xen check-fast check-faults asan tsan bench layers \
	format-check format \
	fuzzers fuzz browser faults
