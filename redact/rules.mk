# The built-in rules: redact/rules/*.yaml -> redact-gen -> C in $(BUILD).
# HS=no builds without libhs.
REDACT_GEN_OBJ := $(BUILD)/redact/rules_gen.o
REDACT_GEN     := $(BUILD)/redact/redact-gen
REDACT_RULES   := $(sort $(wildcard redact/rules/*.yaml))
REDACT_GEN_DEP := $(BUILD)/redact/gen/gen.o $(BUILD)/redact/rulefile.o $(BUILD)/redact/parts.o \
	$(BUILD)/redact/anchor.o $(BUILD)/collector/base/yaml.o \
	$(BUILD)/redact/info.o $(BUILD)/redact/wordset.o \
	$(BUILD)/redact/expr.o $(BUILD)/redact/net.o $(BUILD)/redact/around.o \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard redact/value*.c)) \
	$(BUILD)/redact/token.o $(BUILD)/collector/base/digest.o

HS ?= yes
REDACT_GEN_PKGS := libcyaml libcrypto
ifeq ($(HS),yes)
REDACT_GEN_PKGS += libhs
else
ALL_CFLAGS  += -DREDACT_NO_HS
WORKER_PKGS := $(filter-out libhs,$(WORKER_PKGS))
endif

$(BUILD)/redact/gen/gen.o: EXTRA_CFLAGS = \
	$(shell $(PKG_CONFIG) --cflags $(REDACT_GEN_PKGS))
$(REDACT_GEN): $(REDACT_GEN_DEP) $(BUILD)/core.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ \
	  $(shell $(PKG_CONFIG) --libs $(REDACT_GEN_PKGS))
$(BUILD)/redact/rules_gen.c: $(REDACT_GEN) $(REDACT_RULES)
	$(call say,GEN,$@)$(REDACT_GEN) $(REDACT_RULES) > $@.new && mv $@.new $@
$(REDACT_GEN_OBJ): $(BUILD)/redact/rules_gen.c
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) -c -o $@ $<
