# make            builds everything into build/
# make demo       installs what is missing, builds, makes two bundles
# make check      installs what is missing, builds, runs the tests
# make check-xen  runs it in the dom0 of a real Xen, in an emulated machine
# Other targets: format layers install asan tsan clean.  V=1 shows commands.
VERSION    := 0.1.0
BUILD      ?= build
prefix     ?= /usr/local
sbindir    ?= $(prefix)/sbin
libexecdir ?= $(prefix)/libexec
mandir     ?= $(prefix)/share/man
sysconfdir ?= /etc
# Where commands are looked for; root-owned folders only.
searchpath ?= /usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/usr/lib/xen/bin:/usr/lib/xen-*/bin:/usr/libexec/xen/bin:/run/current-system/sw/bin:/opt/xensource/bin:/etc/xen/scripts
DESTDIR    ?=
INSTALL    ?= install
PKG_CONFIG ?= pkg-config
CC         ?= cc
CFLAGS     ?= -O2 -g
SANITIZE   ?=
WERROR     ?= -Werror

.DEFAULT_GOAL := all
ifneq ($(V),1)
Q := @
say = @printf '  %-7s %s\n' $(1) $(2);
endif

# The suffix sorter of the bzip2 encoder: libsais, libdivsufsort, or none, which
# leaves libbz2's own, at a third of the speed.
ifndef SORTER
SORTER := $(shell for p in libsais libdivsufsort; do \
	$(PKG_CONFIG) --exists $$p 2>/dev/null && echo $$p && exit; done; echo none)
endif
SORTERS := libsais libdivsufsort
WORKER_PKGS := $(filter $(SORTERS),$(SORTER)) libarchive json-c libpcre2-8 libhs libcyaml libcrypto zlib
PROBE_PKGS  := xenstore xencall
CTRL_PKGS   := xencontrol
SEND_PKGS   := libcurl json-c libcyaml libcrypto

# The hardening; a sanitizer build has its own checks instead.
HARDEN_C := -fstack-protector-strong -fPIE -fstack-clash-protection
HARDEN_L := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(SANITIZE),)
HARDEN_C += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# A sanitizer's symbols are in the program that loads the module.
NO_UNDEFINED := -Wl,-z,defs
else
HARDEN_C += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
HARDEN_L += -fsanitize=$(SANITIZE)
endif
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(BUILD) \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wpointer-arith $(WERROR) $(HARDEN_C) $(CFLAGS) -MMD -MP
# Asked for only when a rule needs it, so that "make demo" can start on a
# machine that has no pkg-config yet.
WORKER_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(WORKER_PKGS))
WORKER_LIBS   = $(shell $(PKG_CONFIG) --libs $(WORKER_PKGS)) -lbz2 -lpthread
PROBE_CFLAGS  = $(shell $(PKG_CONFIG) --cflags $(PROBE_PKGS) $(CTRL_PKGS))
PROBE_LIBS    = $(shell $(PKG_CONFIG) --libs $(PROBE_PKGS)) -ldl
CTRL_LIBS     = $(shell $(PKG_CONFIG) --libs $(CTRL_PKGS) xencall)
SEND_CFLAGS   = $(shell $(PKG_CONFIG) --cflags $(SEND_PKGS))
SEND_LIBS     = $(shell $(PKG_CONFIG) --libs $(SEND_PKGS)) -lpthread

CORE_SRC   := $(wildcard collector/base/core/*.c)
FRONT_SRC  := $(filter-out %/main.c,$(wildcard collector/front/*.c))
# One sorter, and without any nothing that needs one.
SORTER_NOT := $(patsubst %,collector/pack/bwt_%.c,$(filter-out $(SORTER),$(SORTERS)))
ifeq ($(SORTER),none)
SORTER_NOT += collector/pack/bwt.c collector/pack/bwt_pieces.c \
	collector/pack/bz2_own.c collector/pack/bz2_huffman.c
ALL_CFLAGS += -DBZ2_NO_SORTER
endif
WORKER_SRC := $(filter-out %/worker.c %/worker_malloc.c $(SORTER_NOT),$(wildcard collector/*.c collector/base/*.c \
	collector/gather/*.c collector/pack/*.c collector/diagnose/*.c \
	collector/mail/*.c collector/report/*.c collector/session/*.c plugins/*.c \
	redact/*.c))
PROBE_SRC  := $(wildcard collector/probe/*.c)
SEND_SRC   := $(filter-out %/main.c,$(wildcard collector/send/*.c))
# What of the probe and below is in its module as well.
CTRL_SRC   := $(wildcard collector/probe/ctrl/*.c) $(CORE_SRC) \
	$(patsubst %,collector/probe/%.c,json out raw ring sysfs version xen)
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
ifeq ($(SORTER),none)
UNIT_SRC   := $(filter-out %/test_bwt.c,$(UNIT_SRC))
endif
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
obj = $(patsubst %.c,$(BUILD)/%.o,$(1))

PROGRAMS := $(BUILD)/xen-bugtool $(BUILD)/xen-bugtool-worker \
	$(BUILD)/xen-bugtool-probe $(BUILD)/xen-bugtool-probe-ctrl.so \
	$(BUILD)/xen-bugtool-send
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

all: $(PROGRAMS)

# Rewritten only when a value changes, so that objects follow it.
$(BUILD)/config.h: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '#define VERSION "$(VERSION)"' \
	  '#define LIBEXECDIR "$(libexecdir)"' \
	  '#define SYSCONFDIR "$(sysconfdir)"' \
	  '#define SEARCHPATH "$(searchpath)"' > $@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

include redact/rules.mk
include collector/report/report.mk
include rules/rules.mk

$(BUILD)/%.o: %.c $(BUILD)/config.h
	$(call say,CC,$<)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<
$(call obj,$(WORKER_SRC)) $(BUILD)/collector/worker.o $(call obj,$(UNIT_SRC)): \
	EXTRA_CFLAGS = $(WORKER_CFLAGS)
$(call obj,$(PROBE_SRC)): EXTRA_CFLAGS = $(PROBE_CFLAGS)
# A module's code can lie anywhere, and it shows one symbol.
$(BUILD)/pic/%.o: %.c $(BUILD)/config.h
	$(call say,CC,$<)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(PROBE_CFLAGS) -fPIC -fvisibility=hidden -c -o $@ $<
$(call obj,$(SEND_SRC)) $(BUILD)/collector/send/main.o: \
	EXTRA_CFLAGS = $(SEND_CFLAGS)

$(BUILD)/core.a: $(call obj,$(CORE_SRC))
$(BUILD)/front.a: $(call obj,$(FRONT_SRC))
$(BUILD)/worker.a: $(call obj,$(WORKER_SRC)) $(REDACT_GEN_OBJ) \
	$(REPORT_GEN_OBJ) $(DIAG_GEN_OBJ)
# With what it needs of base/, so that its tests link with it alone.
$(BUILD)/send.a: $(call obj,$(SEND_SRC)) $(BUILD)/collector/base/yaml.o \
	$(BUILD)/collector/base/digest.o $(BUILD)/collector/base/base64.o \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard collector/mail/*.c))
%.a:
	$(call say,AR,$@)rm -f $@; $(AR) rcs $@ $^

$(BUILD)/xen-bugtool: $(BUILD)/collector/front/main.o $(BUILD)/front.a $(BUILD)/core.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^
$(BUILD)/xen-bugtool-worker: $(BUILD)/collector/worker.o \
		$(BUILD)/collector/worker_malloc.o $(BUILD)/worker.a $(BUILD)/core.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(WORKER_LIBS)
$(BUILD)/xen-bugtool-probe: $(call obj,$(PROBE_SRC)) $(BUILD)/core.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(PROBE_LIBS)
$(BUILD)/xen-bugtool-probe-ctrl.so: $(patsubst %.c,$(BUILD)/pic/%.o,$(CTRL_SRC))
	$(call say,LD,$@)$(CC) $(CFLAGS) $(filter-out -pie,$(HARDEN_L)) $(LDFLAGS) \
	  -shared $(NO_UNDEFINED) -o $@ $^ $(CTRL_LIBS)
$(BUILD)/xen-bugtool-send: $(BUILD)/collector/send/main.o $(BUILD)/send.a $(BUILD)/core.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(SEND_LIBS)
# A test of the sending program is test_send_NAME.c.
$(BUILD)/unit/test_send_%: $(BUILD)/tests/unit/test_send_%.o $(BUILD)/send.a $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(SEND_LIBS) -lcmocka
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/worker.a $(BUILD)/front.a $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ $(WORKER_LIBS) -lcmocka
units: $(UNITS)

install: all
	$(Q)$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(libexecdir) \
	  $(DESTDIR)$(mandir)/man8 $(DESTDIR)$(mandir)/man5
	$(Q)$(INSTALL) -m 755 $(BUILD)/xen-bugtool $(DESTDIR)$(sbindir)
	$(Q)$(INSTALL) -m 755 $(BUILD)/xen-bugtool-worker \
	  $(BUILD)/xen-bugtool-probe $(BUILD)/xen-bugtool-send $(DESTDIR)$(libexecdir)
	$(Q)$(INSTALL) -m 644 $(BUILD)/xen-bugtool-probe-ctrl.so \
	  $(DESTDIR)$(libexecdir)
	$(Q)for s in 5 8; do for f in man/*.$$s; do \
	  $(INSTALL) -m 644 $$f $(DESTDIR)$(mandir)/man$$s || exit 1; done; done

include tests/tests.mk

clean:
	rm -rf $(BUILD)

.PHONY: all install clean units FORCE
.SECONDARY:
# Not what tests leave there: a host has folders of that name too.
-include $(shell test -d $(BUILD) && find $(BUILD) -name check-xen -prune -o -name '*.d' -type f -print)
