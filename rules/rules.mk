# The built-in rules of the diagnosis: rules/*.yaml -> C in $(BUILD).
DIAG_RULES   := $(sort $(wildcard rules/*.yaml))
DIAG_GEN_OBJ := $(BUILD)/rules/builtin.o

$(BUILD)/rules/builtin.c: $(DIAG_RULES) rules/rules.mk
	$(call say,GEN,$@)mkdir -p $(@D)
	$(Q){ echo '#include "collector/diagnose/rules.h"'; n=0; \
	  for f in $(DIAG_RULES); do \
	    echo "static const char text_$$n[] = {"; \
	    od -An -v -tu1 $$f | sed 's/\([0-9][0-9]*\)/(char)\1,/g'; \
	    echo '};'; n=$$((n + 1)); \
	  done; \
	  echo 'const struct diag_builtin diag_builtin[] = {'; n=0; \
	  for f in $(DIAG_RULES); do \
	    echo "{\"$$f\", text_$$n, sizeof(text_$$n)},"; n=$$((n + 1)); \
	  done; \
	  echo '};'; echo "const size_t diag_builtin_count = $$n;"; \
	} > $@.new && mv $@.new $@
$(DIAG_GEN_OBJ): $(BUILD)/rules/builtin.c
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) -c -o $@ $<
