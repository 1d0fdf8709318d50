/**
 * Who may do what: users and their passwords, sessions, and what slows guessing down. Event loop of
 * the admin server, unless a class says otherwise.
 */
package org.portreeve.admin.security;
