package org.portreeve.admin.security;

import org.portreeve.control.store.User.Role;

/**
 * What an administrator wishes a user to be. Immutable.
 *
 * @param password empty to leave it as it is; whoever has it chosen for them must change it
 */
public record UserWish(String name, Role role, String password) {}
