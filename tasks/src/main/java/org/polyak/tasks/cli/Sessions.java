package org.polyak.tasks.cli;

import com.google.inject.Guice;
import com.google.inject.ProvisionException;
import org.polyak.nn.inject.BackendModule;
import org.polyak.nn.session.BackendSetting;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;

/** Opens the backend that some settings ask for. */
final class Sessions {
  private Sessions() {}

  /**
   * Opens the backend; the caller closes the session.
   *
   * @throws org.polyak.nn.session.BackendSelectionException when it is unknown or cannot start
   * @throws UserException.Usage for an option that the backend does not know
   */
  static Session open(RunConfig.BackendConfig backend) {
    // Precedence is settled already: what won is handed over as the configuration's choice.
    BackendSettings settings =
        new BackendSettings(null, null, null, new BackendSetting(backend.id(), backend.origin()));
    BackendModule module = new BackendModule(settings, backend.options());
    try {
      return Guice.createInjector(module).getInstance(Session.class);
    } catch (ProvisionException e) {
      switch (e.getCause()) {
        case IllegalArgumentException option ->
            throw new UserException.Usage(String.valueOf(option.getMessage()), option);
        case RuntimeException cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
