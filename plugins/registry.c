/* registry.c: the list of built-in plugins. */
#include "plugins/plugin.h"

#define PLUGIN(name) extern const struct plugin plugin_##name;
#include "plugins/plugins.def"
#undef PLUGIN

const struct plugin *const plugin_builtins[] = {
#define PLUGIN(name) &plugin_##name,
#include "plugins/plugins.def"
#undef PLUGIN
    NULL,
};
