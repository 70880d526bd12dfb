"""Identity: partners by subscription, people by login; who may do what is one table (access)."""
