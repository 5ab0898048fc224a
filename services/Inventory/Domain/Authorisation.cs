using Doseline.Kernel.Rules;

namespace Doseline.Inventory.Domain;

/// <summary>Whether room and licence authorise nuclide, form and use at all, whatever the amount (10 CFR 30.34(c): use only as and where the licence says).</summary>
public static class Authorisation
{
    /// <summary>Every reason against an arrival.</summary>
    public static IEnumerable<Refusal> Refusals(Arrival arrival, SiteState state) =>
        OfRoom(arrival, state).Concat(OfLicence(arrival, state)).DistinctBy(refusal => (refusal.Code, refusal.Subject, refusal.Message));

    static IEnumerable<string> NuclidesOf(Arrival arrival) => arrival.Item.Lines.Select(line => line.Nuclide).Distinct(StringComparer.Ordinal);

    static IEnumerable<Refusal> OfRoom(Arrival arrival, SiteState state)
    {
        var to = arrival.To;
        if (state.Rooms.FirstOrDefault(room => room.Id == to.RoomId) is not { } room)
        {
            yield return Refusal.State($"rooms/{to.RoomId}", "ROOM_NOT_AUTHORISED", $"{to.RoomId} is not a room of site {to.SiteId}.").With("room_id", to.RoomId).With("site_id", to.SiteId);
            yield break;
        }

        if (!room.Active)
            yield return Refusal.State($"rooms/{room.Id}", "ROOM_NOT_ACTIVE", $"Nothing may enter {room.Name} any more.").With("room_id", room.Id);
        foreach (var nuclide in NuclidesOf(arrival).Where(nuclide => room.For(nuclide) is null))
            yield return Refusal.State($"rooms/{room.Id}", "ROOM_NOT_AUTHORISED", $"{room.Name} is not authorised for {nuclide}.").With("room_id", room.Id).With("nuclide", nuclide);
        if (room.Uses is not [] && !room.Uses.Contains(to.Use, StringComparer.Ordinal))
        {
            yield return Refusal.State($"rooms/{room.Id}", "USE_NOT_AUTHORISED", $"{room.Name} is not authorised for the use '{to.Use}'.")
                .With("room_id", room.Id).With("use", to.Use).With("uses_authorised", string.Join(',', room.Uses));
        }

        if (room.Forms is not [] && !room.Forms.Contains(to.Form, StringComparer.Ordinal))
        {
            yield return Refusal.State($"rooms/{room.Id}", "FORM_NOT_AUTHORISED", $"{room.Name} is not authorised for the form '{to.Form}'.")
                .With("room_id", room.Id).With("form", to.Form).With("forms_authorised", string.Join(',', room.Forms));
        }
    }

    static IEnumerable<Refusal> OfLicence(Arrival arrival, SiteState state)
    {
        var inForce = Licence.InForce(state.Licences, arrival.Time);
        foreach (var nuclide in NuclidesOf(arrival))
        {
            List<LicenceLine> lines = [.. inForce.SelectMany(licence => licence.Lines).Where(line => line.Authorises(nuclide))];
            if (lines is [])
            {
                yield return Unlicensed(nuclide, arrival, state);
                continue;
            }

            if (lines.Exists(line => line.Covers(arrival.To))) continue;
            var byUse = lines.FindAll(line => line.CoversUse(arrival.To.Use));
            var byForm = byUse.FindAll(line => line.CoversForm(arrival.To.Form));
            yield return byUse is []
                ? Refusal.State($"sites/{arrival.To.SiteId}", "USE_NOT_AUTHORISED", $"No licence line authorises {nuclide} for the use '{arrival.To.Use}'.")
                    .With("nuclide", nuclide).With("use", arrival.To.Use).With("uses_authorised", string.Join(',', lines.SelectMany(line => line.Uses).Distinct(StringComparer.Ordinal)))
                : byForm is []
                    ? Refusal.State($"sites/{arrival.To.SiteId}", "FORM_NOT_AUTHORISED", $"No licence line authorises {nuclide} in the form '{arrival.To.Form}' for the use '{arrival.To.Use}'.")
                        .With("nuclide", nuclide).With("form", arrival.To.Form).With("forms_authorised", string.Join(',', byUse.SelectMany(line => line.Forms).Distinct(StringComparer.Ordinal)))
                    : Refusal.State($"rooms/{arrival.To.RoomId}", "ROOM_NOT_AUTHORISED", $"No licence line authorises {nuclide} in room {arrival.To.RoomId}.")
                        .With("nuclide", nuclide).With("room_id", arrival.To.RoomId).With("rooms_authorised", string.Join(',', byForm.SelectMany(line => line.RoomIds).Distinct(StringComparer.Ordinal)));
        }
    }

    static Refusal Unlicensed(string nuclide, Arrival arrival, SiteState state)
    {
        var ended = state.Licences
            .Where(licence => licence.Expire <= arrival.Time && licence.Lines.Any(line => line.Authorises(nuclide)))
            .MaxBy(licence => licence.Expire);
        return ended is not null
            ? Refusal.State($"licences/{ended.Number}", "LICENCE_EXPIRED", $"Licence {ended.Number} for {nuclide} is not in force at the instant of arrival.")
                .With("nuclide", nuclide).With("expire_time", ended.Expire).With("arrival_time", arrival.Time)
            : Refusal.State($"sites/{arrival.To.SiteId}", "NUCLIDE_NOT_LICENSED", $"No licence of site {arrival.To.SiteId} in force at the instant of arrival authorises {nuclide}.")
                .With("nuclide", nuclide).With("arrival_time", arrival.Time);
    }
}
