"""What tells people that the platform has stopped doing its work, where nothing else would."""

from modules.alarms.alarm import DAY, Alarm, Metric, Missing, at_least, below
from modules.alarms.event import EventMail, EventMailProps
from modules.alarms.topic import Topic, TopicProps

__all__ = ["DAY", "Alarm", "EventMail", "EventMailProps", "Metric", "Missing", "Topic", "TopicProps", "at_least", "below"]
