# The files that the web page carries, as C: page.css -> html_page_css[].  They
# are plain ASCII.
REPORT_GEN_OBJ := $(BUILD)/collector/report/page_css.o \
	$(BUILD)/collector/report/page_js.o

$(BUILD)/collector/report/page_%.c: collector/report/page.%
	$(call say,GEN,$@)mkdir -p $(@D)
	$(Q)! LC_ALL=C grep -n '[^ -~]' $<
	$(Q){ printf 'extern const char html_page_%s[];\n' $*; \
	  printf 'const char html_page_%s[] = {\n' $*; \
	  od -An -v -tu1 $< | sed 's/\([0-9][0-9]*\)/\1,/g'; \
	  echo '0};'; } > $@.new && mv $@.new $@
$(REPORT_GEN_OBJ): %.o: %.c
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) -c -o $@ $<
