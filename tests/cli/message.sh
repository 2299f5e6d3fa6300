# The very words of one message: what, which object, what to do.
exec "$XB" collect --jobs many
