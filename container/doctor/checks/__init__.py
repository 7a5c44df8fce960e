"""The checks of the doctor, one a file: each looks at a patient and says one thing."""
