# The built-in rules of the diagnosis: rules/*.yaml -> diag-gen -> C in $(BUILD).
DIAG_RULES   := $(sort $(wildcard rules/*.yaml))
DIAG_GEN_OBJ := $(BUILD)/rules/builtin.o
DIAG_GEN     := $(BUILD)/rules/diag-gen
DIAG_GEN_DEP := $(BUILD)/collector/diagnose/gen/gen.o \
	$(patsubst %,$(BUILD)/collector/diagnose/%.o,rules literal words classes \
	condition) $(patsubst %,$(BUILD)/collector/base/%.o,yaml digest typical \
	facts_get)
DIAG_GEN_PKGS := libcyaml libcrypto libpcre2-8 json-c

$(BUILD)/collector/diagnose/gen/gen.o: EXTRA_CFLAGS = \
	$(shell $(PKG_CONFIG) --cflags $(DIAG_GEN_PKGS))
$(DIAG_GEN): $(DIAG_GEN_DEP) $(BUILD)/core.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_L) $(LDFLAGS) -o $@ $^ \
	  $(shell $(PKG_CONFIG) --libs $(DIAG_GEN_PKGS)) -lpthread
$(BUILD)/rules/builtin.c: $(DIAG_GEN) $(DIAG_RULES)
	$(call say,GEN,$@)$(DIAG_GEN) $(DIAG_RULES) > $@.new && mv $@.new $@
$(DIAG_GEN_OBJ): $(BUILD)/rules/builtin.c
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) $(WORKER_CFLAGS) -c -o $@ $<
