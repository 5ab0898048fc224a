using System.Collections;
using Doseline.Common.V1;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Authority.Tests.Support;

/// <summary>Requests that carry nothing but one event at an instant, for every field that is one by its declaration.</summary>
static class Events
{
    /// <summary>One request for every such field, at any depth, with the path by which a refusal names it.</summary>
    public static IEnumerable<(string Path, IMessage Request)> In(MessageDescriptor type, DateTimeOffset time)
    {
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.Message, IsMap: false }))
        {
            var place = field.IsRepeated ? field.Name + "[0]" : field.Name;
            if (EventFields.MomentOf(field) is Moment.Happened)
            {
                var isActivity = field.MessageType == CalibratedActivity.Descriptor;
                IMessage value = isActivity ? new CalibratedActivity { ReferenceTime = Timestamp.FromDateTimeOffset(time) } : Timestamp.FromDateTimeOffset(time);
                yield return (isActivity ? place + ".reference_time" : place, With(type, field, value));
            }
            else if (field.MessageType.File.Package.StartsWith("doseline.", StringComparison.Ordinal) && field.MessageType != type)
            {
                foreach (var (path, inner) in In(field.MessageType, time)) yield return ($"{place}.{path}", With(type, field, inner));
            }
        }
    }

    /// <summary>One request for every activity that a request can carry, at any depth, without the instant it refers to, with the path by which a refusal names that.</summary>
    public static IEnumerable<(string Path, IMessage Request)> WithoutReference(MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.Message, IsMap: false }))
        {
            var place = field.IsRepeated ? field.Name + "[0]" : field.Name;
            if (field.MessageType == CalibratedActivity.Descriptor)
            {
                yield return (place + ".reference_time", With(type, field, new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 7.4e9 }));
            }
            else if (field.MessageType.File.Package.StartsWith("doseline.", StringComparison.Ordinal) && field.MessageType != type)
            {
                foreach (var (path, inner) in WithoutReference(field.MessageType)) yield return ($"{place}.{path}", With(type, field, inner));
            }
        }
    }

    static IMessage With(MessageDescriptor type, FieldDescriptor field, IMessage value)
    {
        var message = type.Parser.ParseFrom([]);
        if (field.IsRepeated) ((IList)field.Accessor.GetValue(message)).Add(value);
        else field.Accessor.SetValue(message, value);
        return message;
    }
}
