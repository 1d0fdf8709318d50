package org.portreeve.daemon.config;

/** The reference of all keys, made from the key table. Any thread. */
public final class ConfigReference {
    private ConfigReference() {}

    /** The reference as Markdown; {@code docs/config.md} is this text. */
    public static String markdown() {
        var text = new StringBuilder();
        text.append("# Configuration reference\n\n");
        text.append("Made from the key table by `./portreeve config`; do not edit.\n\n");
        text.append(
                "`[]` marks the elements of a list, `*` the name of a profile. A key that is left out has ");
        text.append("its default, in a profile of another name that of profile `default`. A live ");
        text.append("key changes with a reload (SIGHUP), the others with the next start. ");
        text.append("`portreeve check -c FILE` says what a file means.\n");
        String section = "";
        for (ConfigKey key : ConfigKeys.ALL) {
            String word = key.path().split("[.\\[]", 2)[0];
            if (!word.equals(section)) {
                section = word;
                text.append("\n## ").append(section).append("\n\n");
            }
            append(text, key);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, ConfigKey key) {
        text.append("- `").append(key.path()).append("`: ").append(key.sentence());
        text.append("\n  ").append(key.isLive() ? "Live. " : "");
        text.append("Default `").append(key.defaultText()).append("`. ");
        text.append(
                switch (key.availability()) {
                    case WORKS -> "Allowed: " + key.allowed() + ".";
                    case DEFAULT_ONLY -> "Another value is not available in this version.";
                });
        text.append('\n');
    }
}
