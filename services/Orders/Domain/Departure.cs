namespace Doseline.Orders.Domain;

/// <summary>One pick-up of a carrier that reaches the customer before the appointment, with the deadlines that follow from it.</summary>
/// <param name="Service">Carrier service.</param>
/// <param name="Cutoff">Hand-over to the carrier at the latest.</param>
/// <param name="Delivery">Planned delivery.</param>
/// <param name="ReleaseBy">Release by QA at the latest.</param>
/// <param name="NotBefore">Earliest end of synthesis whose shelf life covers the appointment window.</param>
public sealed record Departure(CarrierService Service, DateTimeOffset Cutoff, DateTimeOffset Delivery, DateTimeOffset ReleaseBy, DateTimeOffset NotBefore)
{
    /// <summary>The departure of a cut-off.</summary>
    public static Departure Of(CarrierService service, DateTimeOffset cutoff, Product product, Appointment appointment) => new(
        service, cutoff, cutoff + service.Transit, cutoff - product.PackDuration, appointment.End - product.ShelfLife);
}
